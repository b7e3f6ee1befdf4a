import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseSync, scanSync } from "libpg-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

vi.mock("libpg-query", { spy: true });
vi.mock("node:fs", { spy: true });

let project: string;
let memory: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "remembered-"));
  memory = join(project, ".hosterizer", "migration-files.json");
  await mkdir(join(project, "migrations"));
  await mkdir(join(project, ".hosterizer"));
  await write("000001_a", "create table a (id int);\ninsert into a values (1);\n");
  await write("000002_b", "-- no transaction: VACUUM\nvacuum;\n");
});
afterEach(() => rm(project, { recursive: true }));

async function write(name: string, up: string, down = `drop table ${name};\n`): Promise<void> {
  await writeFile(join(project, `migrations/${name}.up.sql`), up);
  await writeFile(join(project, `migrations/${name}.down.sql`), down);
}

/** Like another command, which shares only the disk with the last one. */
async function read() {
  vi.resetModules();
  const { readMigrations } = await import("../../../src/migrations/migrationsFolder.js");
  const count = () =>
    vi.mocked(parseSync).mock.calls.length + vi.mocked(scanSync).mock.calls.length;
  const before = count();
  const migrations = await readMigrations(join(project, "migrations"));
  return { migrations, readings: count() - before };
}

test("only the first command that reads a file parses it", async () => {
  const first = await read();
  const second = await read();

  expect(first.readings).toBe(8);
  expect(second).toEqual({ migrations: first.migrations, readings: 0 });
});

test("only an edited file is parsed again", async () => {
  await read();
  await write("000001_a", "create table a (id bigint);\n");
  const { migrations, readings } = await read();

  expect(readings).toBe(2);
  const [edited] = migrations;
  expect(edited?.up.sql).toBe("create table a (id bigint);\n");
  expect(edited?.up.tokensSha256).not.toBe(edited?.up.sha256);
});

test("every command finds a fault, and its file is not cached", async () => {
  await write("000002_b", "begin;\nselect 1;\n");
  for (let command = 1; command <= 2; command++) {
    await expect(read()).rejects.toThrow("the file begins or ends a transaction");
  }
  await write("000002_b", "select 1;\n");
  expect((await read()).readings).toBe(2);
});

test.each<[string, (text: string) => string | undefined]>([
  ["is missing", () => undefined],
  ["is empty", () => ""],
  ["is truncated", (text) => text.slice(0, -20)],
  ["was edited", (text) => text.replace(/"tokensSha256":"./, '"tokensSha256":"x')],
  ["was written by other code", (text) => `${"0".repeat(64)}${text.slice(64)}`],
])("ignores a cache that %s", async (_state, change) => {
  const first = await read();
  const changed = change(await readFile(memory, "utf8"));
  if (changed === undefined) await rm(memory);
  else await writeFile(memory, changed);

  expect(await read()).toEqual(first);
  expect((await read()).readings).toBe(0);
});

test.each(["migrations/migration.ts", "sql/statements.ts"])(
  "ignores a cache computed by another version of %s",
  async (edited) => {
    const first = await read();
    expect((await read()).readings).toBe(0);
    const actual = await vi.importActual<typeof import("node:fs")>("node:fs");
    const readEdited = (path: string, encoding?: "utf8") =>
      path.endsWith(edited) ? "// edited" : actual.readFileSync(path, encoding);
    vi.mocked(readFileSync).mockImplementation(readEdited as never);
    try {
      expect(await read()).toEqual(first);
    } finally {
      vi.mocked(readFileSync).mockImplementation(actual.readFileSync);
    }
  },
);

test("concurrent commands leave one complete file, and no other", async () => {
  const runs = await Promise.all(Array.from({ length: 8 }, () => read()));

  expect(new Set(runs.map(({ migrations }) => JSON.stringify(migrations))).size).toBe(1);
  expect(await readdir(join(project, ".hosterizer"))).toEqual(["migration-files.json"]);
  expect((await read()).readings).toBe(0);
});

test("without a cache, everything is still read", async () => {
  // A folder in the file's place.
  await mkdir(memory);
  expect((await read()).readings).toBe(8);
  expect(await readdir(join(project, ".hosterizer"))).toEqual(["migration-files.json"]);

  await rm(join(project, ".hosterizer"), { recursive: true });
  expect((await read()).readings).toBe(8);
  expect(await readdir(project)).toEqual(["migrations"]);
});

test("entries of removed files do not accumulate", async () => {
  for (let edit = 1; edit <= 150; edit++) {
    await write("000001_a", `create table a (id int, c${edit} int);\n`);
    if (edit % 10 === 0) await read();
  }
  for (let edit = 1; edit <= 15; edit++) {
    for (let number = 3; number <= 14; number++) {
      await write(`0000${String(number).padStart(2, "0")}_x`, `select ${edit * 100 + number};\n`);
    }
    await read();
  }
  const [, answers = ""] = (await readFile(memory, "utf8")).split("\n");
  expect((JSON.parse(answers) as unknown[]).length).toBeLessThanOrEqual(28 + 100);
});
