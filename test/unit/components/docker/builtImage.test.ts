import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { contextHash } from "../../../../components/docker/builtImage";

let one: string;
let other: string;

beforeEach(() => {
  [one, other] = [makeContext(), makeContext()];
});

afterEach(() => {
  for (const directory of [one, other]) rmSync(directory, { recursive: true });
});

test("is the same in another folder", () => {
  expect(contextHash(one)).toMatch(/^[0-9a-f]{12}$/);
  expect(contextHash(other)).toBe(contextHash(one));
});

test.each([
  ["a file's content", { Dockerfile: "FROM other\n" }],
  ["a file in a folder", { "files/start": "exec other\n" }],
  ["one more file", { "files/more": "" }],
])("changes with %s", (_what, files) => {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(other, file), text);
  expect(contextHash(other)).not.toBe(contextHash(one));
});

test("changes with where one file ends", () => {
  rmSync(join(other, "files", "start"));
  writeFileSync(join(other, "Dockerfile"), "FROM it\n/files/start\0exec it\n");
  expect(contextHash(other)).not.toBe(contextHash(one));
});

test("changes with a name", () => {
  renameSync(join(other, "files", "start"), join(other, "files", "begin"));
  expect(contextHash(other)).not.toBe(contextHash(one));
});

function makeContext(): string {
  const directory = mkdtempSync(join(tmpdir(), "hosterizer-context-"));
  mkdirSync(join(directory, "files"));
  writeFileSync(join(directory, "Dockerfile"), "FROM it\n");
  writeFileSync(join(directory, "files", "start"), "exec it\n");
  return directory;
}
