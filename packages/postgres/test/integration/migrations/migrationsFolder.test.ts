import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { DeclarationErrors } from "../../../src/userError";
import {
  folderFaults,
  readMigrations,
  readMigrationsFolder,
} from "../../../src/migrations/migrationsFolder";
import { realMigrations } from "./migrationDatabase";

describe("a migrations folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "migrations-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (name: string, content: string | Buffer) => writeFile(join(folder, name), content);
  const faults = async () => {
    const error: unknown = await readMigrations(folder).catch((thrown: unknown) => thrown);
    if (!(error instanceof DeclarationErrors)) throw new Error("expected faults", { cause: error });
    return error.faults.map(({ message }) => message.replaceAll(`${folder}/`, "").split("\n")[0]);
  };

  test("is read in order, with the reason of a file that runs without a transaction", async () => {
    await write("000001_a.up.sql", "\uFEFFselect 1;\r\nselect 2;\r\n");
    await write("000001_a.down.sql", "-- no transaction: VACUUM\nvacuum;");
    await write(".gitkeep", "");
    const [migration, ...rest] = await readMigrations(folder);
    expect(rest).toEqual([]);
    expect(migration).toMatchObject({
      number: 1,
      name: "000001_a",
      up: { path: join(folder, "000001_a.up.sql"), sql: "select 1;\nselect 2;\n" },
      down: { noTransaction: "VACUUM" },
    });
    expect(migration?.up).not.toHaveProperty("noTransaction");
  });

  test("has every up file as it is, also one with a fault", async () => {
    await write("000002_b.up.sql", "begin;\r\n");
    await write("000001_a.up.sql", "select 1;\n");
    await write("000001_a.down.sql", "select 2;\n");
    const { migrations, ups } = await readMigrationsFolder(folder);
    expect(migrations.map(({ name }) => name)).toEqual(["000001_a"]);
    expect(ups).toEqual([
      { fileName: "000001_a.up.sql", text: "select 1;\n" },
      { fileName: "000002_b.up.sql", text: "begin;\r\n" },
    ]);
  });

  test("is refused for all of its faults at once, each with its file", async () => {
    await write("notes.md", "");
    await write("000001_a.up.sql", "-- nothing yet\n ;\n");
    await write("000001_a.down.sql", "begin;\ndrop table a;\ncommit;");
    await write("000002_b.up.sql", "-- no transaction\nselect 1;");
    await write("000002_b.down.sql", Buffer.from([0x73, 0xff, 0xfe]));
    await write("000004_d.up.sql", "create index concurrently i on d (x);");
    await write("000004_d.down.sql", "");
    await write("000005_e.up.sql", "select 1;");
    expect((await faults()).sort()).toEqual([
      "000001_a.down.sql:1:1: the file begins or ends a transaction, but the runner manages transactions.",
      "000001_a.down.sql:3:1: the file begins or ends a transaction, but the runner manages transactions.",
      "000001_a.up.sql: the file holds no statement.",
      "000002_b.down.sql: the file is not UTF-8.",
      '000002_b.up.sql: "no transaction" gives no reason.',
      "000004_d.down.sql: the file holds no statement.",
      "000004_d.up.sql: number 000004 follows 000002.",
      "000004_d.up.sql:1:1: CONCURRENTLY can't run in the file's transaction.",
      "000005_e.up.sql: its other half, 000005_e.down.sql, is missing.",
      "notes.md: not the name of a migration.",
    ]);
  });

  test("has faults that no ledger explains, whatever the database has applied", async () => {
    await write("000001_a.up.sql", "select 1;\n");
    await write("000001_a.down.sql", Buffer.from([0xff]));
    await write("000002_b.up.sql", "select 1;\n");
    await write("notes.md", "");
    const left = folderFaults(await readMigrationsFolder(folder), Infinity);
    expect(left.map(({ message }) => message.split("\n")[0]?.slice(folder.length + 1))).toEqual([
      "notes.md: not the name of a migration.",
      "000001_a.down.sql: the file is not UTF-8.",
    ]);
  });

  test("that does not exist is named", async () => {
    await expect(readMigrations("/nowhere/migrations")).rejects.toThrow(
      "/nowhere/migrations: no such folder.",
    );
  });

  test("of this project has no fault, and changes nothing that converges", async () => {
    const files = (await readMigrations(realMigrations)).flatMap(({ up, down }) => [up, down]);
    expect(files.length).toBeGreaterThanOrEqual(18);
    for (const { path, sql } of files) {
      const statement = /\b(grant|revoke|create (role|policy|extension)|row level security)\b/i;
      expect(sql.replaceAll(/--.*$/gm, ""), path).not.toMatch(statement);
    }
  });
});
