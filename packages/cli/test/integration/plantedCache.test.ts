import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;
let planted: string;

// tsx keeps what it has compiled in a folder with this name, and executes what is in there.
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hosterizer-planted-"));
  await writeFile(join(folder, "one.ts"), "const one: number = 1; console.log(one);");
  planted = join(folder, `tsx-${process.getuid?.() ?? 0}`);
  await mkdir(planted);
  await chmod(planted, 0o777);
});

afterEach(() => rm(folder, { recursive: true }));

/** Runs Node.js with a folder for temporary files in which another user has planted tsx's. */
function run(...args: string[]) {
  const env = { ...process.env, TMPDIR: folder };
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  expect({ status, stderr }).toMatchObject({ status: 0 });
}

test("tsx by itself uses the folder that another user has planted", async () => {
  run("--import", "tsx", join(folder, "one.ts"));
  expect(await readdir(planted)).not.toEqual([]);
});

test.each([
  ["the processes that Pulumi starts", ["--require", "./packages/cli/preload.cjs", "--eval"]],
])("%s do not", async (_what, args) => {
  run(...args, 'require("./packages/postgres/src/access/passwords.ts"); require("tsx/cjs");');
  expect(await readdir(planted)).toEqual([]);
});

test("commands do not", async () => {
  run("packages/cli/run.mjs", "db", "--help");
  expect(await readdir(planted)).toEqual([]);
});
