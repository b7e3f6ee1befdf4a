import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { damage } from "../../../src/backup/drill/checkRecovered";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hosterizer-amcheck-"));
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"] ?? ""}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const server = {
  connect: (user: string, database: string) => ({ host: "/tmp", port: 5432, user, database }),
};
/** @param script what takes the place of pg_amcheck */
const check = async (script: string, signal = new AbortController().signal) => {
  await writeFile(join(folder, "pg_amcheck"), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, "pg_amcheck"), 0o700);
  return damage(server, "shop", signal);
};

test("pages that are damaged are told from those that could not be looked at", async () => {
  expect(await check("echo 'heap table \"shop.public.sites\", block 0:'; exit 2")).toEqual([
    'pages are damaged: heap table "shop.public.sites", block 0:',
  ]);
  expect(await check("echo 'pg_amcheck: error: query failed' >&2; exit 1")).toEqual([
    "pages could not be checked: pg_amcheck: error: query failed",
  ]);
});

test("settings of the database do not keep pg_amcheck from looking", async () => {
  const [found] = await check('echo "$PGOPTIONS" >&2; exit 1');
  expect(found).toContain("-c default_transaction_read_only=off");
});

test("an index whose function does not end does not keep a drill from ending", async () => {
  const interrupted = new AbortController();
  const checking = check("exec sleep 1000", interrupted.signal);
  interrupted.abort();
  await expect(checking).rejects.toThrow("pg_amcheck was ended");
});
