import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { replaceFile } from "../../../src/stack/replaceFile";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hosterizer-replace-"));
  file = join(folder, "Pulumi.dev.yaml");
  await writeFile(file, "before\n");
});
afterEach(() => rm(folder, { recursive: true }));

test("a file that cannot be written to its end stays as it was", async () => {
  // Stands for a full disk: what is written beside the file has no room.
  await mkdir(`${file}.${process.pid}`);
  expect(() => {
    replaceFile(file, "after\n");
  }).toThrow();
  expect(await readFile(file, "utf8")).toBe("before\n");
});

test("what reads a file meanwhile keeps all of what was there", async () => {
  const { ino } = await stat(file);
  replaceFile(file, "after\n");
  expect((await stat(file)).ino).not.toBe(ino);
  expect(await readFile(file, "utf8")).toBe("after\n");
  expect(await readdir(folder)).toEqual(["Pulumi.dev.yaml"]);
});

test("a file keeps its mode, and a symbolic link leads to it", async () => {
  await chmod(file, 0o664);
  const link = join(folder, "link.yaml");
  await symlink(file, link);
  replaceFile(link, "after\n");
  expect((await stat(file)).mode & 0o777).toBe(0o664);
  expect(await readFile(file, "utf8")).toBe("after\n");
});
