import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { expect, test } from "vitest";

import { schedulerContext } from "../../../../components/docker/schedulerContext";

const code = "packages/postgres/src";
const record = join(".hosterizer", "scheduler-sources.json");

test("has every SQL file that its program can read, and is made again when one changes", async () => {
  const context = await schedulerContext();
  const known = Object.keys(JSON.parse(readFileSync(record, "utf8")) as Record<string, string>);
  const readers = known
    .filter((file) => file.startsWith(code) && file.endsWith(".ts"))
    .map((file) => ({ folder: dirname(file), text: readFileSync(file, "utf8") }))
    .filter(({ text }) => text.includes("readSql"));
  const read = readdirSync(code, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sql"))
    .map((name) => join(code, name))
    .filter((file) => {
      const named = `"${basename(file, ".sql")}"`;
      return readers.some(({ folder, text }) => text.includes(named) && isAt(file, folder));
    });

  expect(read).toContain(join(code, "schema/catalog/objects/inScope.sql"));
  expect(read.filter((file) => !existsSync(join(context, "files", file)))).toEqual([]);
  expect(read.filter((file) => !known.includes(file))).toEqual([]);
});

/** Whether a file is in a folder, or in one of its own folders. */
function isAt(file: string, folder: string): boolean {
  return file.startsWith(`${folder}/`);
}
