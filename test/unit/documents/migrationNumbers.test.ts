import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

// Tests that run the project with the migrations of its folder, in which the next number is free for users.
const folders = ["test/stack", "test/docker", "test/drift", "test/attacks"];
const guide = 9;

const numbersOf = (line: string) =>
  [...line.matchAll(/\b(\d{6})_[a-z]/g)].map(([, number]) => Number(number));
const asVersion = new RegExp(
  `(?:version|migrations|stdout|applied)\\b.*[^\\w.-]["']?${guide}["']?[^\\w.]|toBe\\(${guide}\\)`,
);

function faults(name: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    const isFault = numbersOf(line).some((number) => number > guide) || asVersion.test(line);
    return isFault ? [`${name}:${index + 1}: ${line.trim()}`] : [];
  });
}

test("finds the number of a future migration, or of the last one as the schema's version", () => {
  const lines = [
    'await project.write("migrations/000010_note.up.sql", "");',
    "expect(await version()).toBe(9);",
    'expect(await migrate("version")).toMatchObject({ stdout: "9" });',
    "expect(firstUp).toMatch(/^ +schema version +9$/m);",
    "expect(rows).toMatchObject([{ count: 2, migrations: 9 }]);",
  ];
  for (const line of lines) expect(faults("a", line)).toEqual([`a:1: ${line}`]);
  expect(faults("a", 'expect(output).toContain("000007_create_cost_records_table");')).toEqual([]);
});

test("tests of whole stacks take the numbers of migrations from the folder, by test/shippedMigrations.ts", () => {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name)),
  );
  expect(files.flatMap((file) => faults(file, readFileSync(file, "utf8")))).toEqual([]);
});
