import { existsSync } from "node:fs";
import {
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";

import { escapeIdentifier } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ClientProgramError, runClientProgram } from "../../../src/backup/clientProgram";
import { countRows } from "../../../src/backup/countRows";
import { dump } from "../../../src/backup/dump";
import { readDump, type TableRows } from "../../../src/backup/dumpContents";
import { loadedTables } from "../../../src/backup/loadedEntries";
import type { Connection } from "../../../src/connection/connection";
import { createTenantDatabase } from "../rowLevelSecurity/tenantDatabase";
import { endSessions } from "./endSessions";
import { onSmallDisk } from "./onSmallDisk";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let folder: string;
let file: string;

beforeAll(async () => {
  database = await createTenantDatabase("session");
  // Characters that end a line for some, and what ends the rows of a table in a script.
  await database.run(`
    grant select on all sequences in schema public to ${database.backup.user};
    insert into public.users (email, full_name, password_hash)
      select 'u' || n || '@example.com', e'a\\u2028b\\r\\nc\\td\\\\.\\n\\\\.', md5(n::text) from generate_series(1, 3000) as n`);
  folder = await mkdtemp(join(tmpdir(), "hosterizer-dump-"));
  file = join(folder, "whole.dump");
  await dump(database.backup, file, {});
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

test("a dump has every row of every tenant, and only its owner may read it", async () => {
  const { tables, migrations } = await readDump(file);

  const counts = await countRows(database.backup, tables);
  expect(tables).toEqual(counts);
  const of = (name: string) => counts.find(({ table }) => table === name)?.count;
  expect(of("users")).toBeGreaterThan(3000);
  expect(of("sites")).toBeGreaterThan(1);
  // These tables were made without migrations.
  expect(migrations).toBeUndefined();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("a partitioned table has the rows of its partitions, and its dump has them once", async () => {
  await database.run(`
    set role ${database.owner.user};
    create table public.visits (day int) partition by range (day);
    create table public.visits_1 partition of public.visits for values from (0) to (10);
    create table public.visits_2 partition of public.visits for values from (10) to (20);
    insert into public.visits values (1), (2), (11);
    grant select on public.visits, public.visits_1, public.visits_2 to ${database.backup.user}`);
  const part = join(folder, "partitioned.dump");
  try {
    const named = (table: string) => ({ schema: "public", table });
    const tables = [named("visits"), named("visits_1"), named("visits_2")];
    const counted = await countRows(database.backup, tables);
    expect(counted.map(({ count }) => count)).toEqual([3, 2, 1]);

    await dump(database.backup, part, {});
    const dumped = (await readDump(part)).tables.filter(({ table }) => /^visits/.test(table));
    expect(dumped).toEqual(counted.slice(1));
  } finally {
    await database.run("drop table public.visits");
  }
});

test("names with a line feed are read, and rows of the table are expected", async () => {
  const odd = 'a\nCOPY "b';
  const quoted = `public.${escapeIdentifier(odd)}`;
  await database.run(`
    set role ${database.owner.user};
    create table ${quoted} ("c\nd""" int, "e\n\nf" int);
    insert into ${quoted} values (1, 2), (3, 4);
    grant select on ${quoted} to ${database.backup.user}`);
  const part = join(folder, "odd.dump");
  try {
    await dump(database.backup, part, {});
    const contents = await readDump(part);
    const expected = { schema: "public", table: odd, count: 2 };
    expect(contents.tables).toContainEqual(expected);
    expect(loadedTables(contents, database.owner.user)).toContainEqual(expected);
  } finally {
    await database.run(`drop table ${quoted}`);
  }
});

test("a row that is longer than a string can be is one row", async () => {
  const part = Buffer.alloc(1 << 20, "0");
  const script = function* () {
    yield Buffer.from("COPY public.files (id, content) FROM stdin;\n1\t\\\\x");
    for (let megabyte = 0; megabyte < 600; megabyte++) yield part;
    yield Buffer.from("\n2\t\\N\n\\.\n");
  };
  const contents = await readDump(file, async (_, { args, read }) => {
    const list = ["215; 0 16402 TABLE DATA public files hosterizer_owner\n"];
    await read?.(
      Readable.from(args.includes("--list") ? list.map((s) => Buffer.from(s)) : script()),
    );
  });
  expect(contents.tables).toEqual([{ schema: "public", table: "files", count: 2 }]);
});

describe("a dump by several jobs", () => {
  let several: string;
  beforeAll(async () => {
    several = join(folder, "several.dump");
    await dump(database.backup, several, { jobs: 3 });
  });

  test("is a folder with the same rows, which only its owner may enter", async () => {
    const [one, other] = [await readDump(file), await readDump(several)];
    const byName = (tables: readonly TableRows[]) =>
      tables.map(({ schema, table, count }) => `${schema}.${table}: ${count}`).sort();
    expect(byName(other.tables)).toEqual(byName(one.tables));
    expect((await stat(several)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(several))
      expect((await stat(join(several, name))).mode & 0o077).toBe(0);
    expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("overwrites nothing, not even an empty folder", async () => {
    const taken = join(folder, "taken");
    await mkdir(taken);
    await expect(dump(database.backup, taken, { jobs: 2 })).rejects.toThrow(/exists already/);
    expect(await readdir(taken)).toEqual([]);
  });

  test("leaves nothing when it fails", async () => {
    const failed = join(folder, "failed.dump");
    const stranger = await database.role("stranger2");
    await expect(dump(stranger, failed, { jobs: 2 })).rejects.toBeInstanceOf(ClientProgramError);
    expect((await readdir(folder)).filter((name) => /failed|^\./.test(name))).toEqual([]);
  });

  test.each([
    ["without the rows of a table", (path: string) => rm(path)],
    ["with half of a table's rows", (path: string) => truncate(path, 1000)],
    ["with an empty file of rows", (path: string) => truncate(path, 0)],
  ])("is refused %s", async (_, damage) => {
    const copy = join(folder, "copy.dump");
    await cp(several, copy, { recursive: true });
    const files = (await readdir(copy)).filter((name) => name.endsWith(".gz"));
    const sizes = await Promise.all(
      files.map(async (name) => ({ name, size: (await stat(join(copy, name))).size })),
    );
    const [largest] = sizes.sort((one, other) => other.size - one.size);
    await damage(join(copy, largest?.name ?? ""));
    await expect(readDump(copy)).rejects.toMatchObject({ name: "UserError" });
    await rm(copy, { recursive: true });
  });

  test("is refused when the folder is none", async () => {
    const empty = join(folder, "empty");
    await mkdir(empty);
    await expect(readDump(empty)).rejects.toThrow(/empty is not a dump, or is damaged/);
  });
});

test("a part of the database is dumped alone", async () => {
  const part = join(folder, "part.dump");
  const seen: string[] = [];
  await dump(database.backup, part, { only: "data", tables: ["public.sites"] }, (table) => {
    seen.push(table);
  });

  const { tables, entries } = await readDump(part);
  expect(tables.map(({ schema, table }) => [schema, table])).toEqual([["public", "sites"]]);
  expect(seen).toEqual(["public.sites"]);
  expect(entries.map(({ kind }) => kind)).toEqual(["TABLE DATA", "SEQUENCE SET"]);
});

test("a dump of a role that policies hide rows from fails, and leaves no file", async () => {
  const failed = join(folder, "failed.dump");
  const stranger = await database.role("stranger");

  await expect(dump(stranger, failed, {})).rejects.toThrow(/permission denied/);
  await expect(dump(stranger, failed, {})).rejects.toBeInstanceOf(ClientProgramError);
  expect(existsSync(failed)).toBe(false);
  expect(existsSync(`${failed}.unfinished`)).toBe(false);
});

test("a file that appears in the meantime is not overwritten, and no folder stays", async () => {
  const taken = join(folder, "taken.dump");
  await writeFile(taken, "precious");

  await expect(dump(database.backup, taken, {})).rejects.toThrow(/taken\.dump exists already/);
  expect(await readFile(taken, "utf8")).toBe("precious");
  expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
});

test("a large object, which anyone may create, does not keep a dump from finishing", async () => {
  await database.run("select lo_create(4711)");
  const beside = join(folder, "beside.dump");
  await dump(database.backup, beside, {});

  const { entries } = await readDump(beside);
  expect(entries.map(({ kind }) => kind)).not.toContain("BLOB");
});

test("a dump whose connection is cut in the middle of a table leaves nothing", async () => {
  await database.run(`
    create table public.slow as select n from generate_series(1, 1000) as n;
    create function public.slowly() returns boolean language plpgsql immutable as $$
      begin
        if current_query() !~ '^explain' then perform pg_sleep(100); end if;
        return true;
      end $$;
    alter table public.slow enable row level security;
    create policy slowly on public.slow using (public.slowly());
    grant select on public.slow to ${database.backup.user}`);
  let cut: Promise<void> | undefined;
  const running = dump(database.backup, join(folder, "cut.dump"), {}, (table) => {
    if (table === "public.slow") cut = endSessions(database, database.backup.user);
  });
  await expect(running).rejects.toBeInstanceOf(ClientProgramError);
  await expect(running).rejects.toThrow(/terminat|closed the connection/);
  await cut;
  expect((await readdir(folder)).filter((name) => /cut|^\./.test(name))).toEqual([]);
  await database.run("drop table public.slow; drop function public.slowly()");
});

test.skipIf(process.getuid?.() !== 0)("a dump on a full disk leaves nothing", async () => {
  await onSmallDisk(async (disk) => {
    const running = dump(database.backup, join(disk, "full.dump"), {});
    await expect(running).rejects.toThrow(/No space left on device/);
    expect(await readdir(disk)).toEqual([]);
  });
});

test("a wrong password is named, and not printed", async () => {
  const wrong: Connection = { ...database.backup, password: "guess-4711" };
  const error: unknown = await dump(wrong, join(folder, "x.dump"), {}).catch((e: unknown) => e);

  expect(String(error)).toContain("password authentication failed");
  expect(String(error)).not.toContain("4711");
});

describe("a file that is not a whole dump is refused", () => {
  const damaged = async (change: (copy: string) => Promise<unknown>) => {
    const copy = join(folder, "damaged.dump");
    await copyFile(file, copy);
    await change(copy);
    return readDump(copy);
  };
  const refused = { name: "UserError", fault: expect.stringMatching(/damaged\.dump/) as unknown };

  test.each([0, 5, 1000, 20_000])("one that was cut off after %i bytes", async (length) => {
    await expect(damaged((copy) => truncate(copy, length))).rejects.toMatchObject(refused);
  });

  test("one that lacks its last bytes", async () => {
    const { size } = await stat(file);
    const { entries } = await readDump(file);
    // The last bytes belong to the rows of the last table that has any.
    expect(entries.length).toBeGreaterThan(10);
    await expect(damaged((copy) => truncate(copy, size - 30))).rejects.toMatchObject(refused);
  });

  test("one with a byte changed in its rows", async () => {
    const content = await readFile(file);
    // The rows of users take most of the file.
    const positions = Array.from({ length: 12 }, (_, n) =>
      Math.floor(content.length * (0.6 + n / 40)),
    );
    for (const position of positions) {
      const changed = Buffer.from(content);
      changed.writeUInt8(changed.readUInt8(position) ^ 0x20, position);
      await expect(damaged((copy) => writeFile(copy, changed))).rejects.toMatchObject(refused);
    }
  });

  test.each([
    ["a text", "select 1;\n"],
    ["another kind of archive", "PK\u0003\u0004"],
  ])("%s", async (_, text) => {
    await expect(damaged((copy) => writeFile(copy, text))).rejects.toMatchObject(refused);
  });

  test.each([
    ["a tar archive", ["--format=tar"], /is a tar archive/],
    ["a script", ["--format=plain"], /is a script of SQL/],
    ["one with INSERT statements", ["--format=custom", "--inserts"], /rows as INSERT statements/],
  ])("%s of pg_dump, with the reason", async (_, options, says) => {
    const other = join(folder, "other.dump");
    await runClientProgram("pg_dump", {
      args: [...options, "--no-blobs", "--enable-row-security", `--file=${other}`],
      connection: database.backup,
    });
    await expect(readDump(other)).rejects.toMatchObject({ name: "UserError" });
    await expect(readDump(other)).rejects.toThrow(says);
  });

  test("none at all", async () => {
    await expect(readDump(join(folder, "nowhere.dump"))).rejects.toThrow(
      /nowhere\.dump does not exist/,
    );
  });
});
