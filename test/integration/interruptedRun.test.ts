import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { afterAll, expect, test, vi } from "vitest";

import { processesIn } from "../stack/endProcesses";

const folder = mkdtempSync(join(tmpdir(), "hosterizer-interrupted-"));
// As for temporary folders: the server's account must be able to enter.
chmodSync(folder, 0o711);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const servers = () => processesIn([folder]).filter(({ command }) => /postgres -D/.test(command));
const runs = () => readdirSync(folder).filter((name) => name.startsWith("hosterizer-run-"));

test("nothing that a killed run has started outlives it", async () => {
  // As a run of its own, not as a part of this one.
  const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR: folder };
  delete env["HOSTERIZER_TEST_RUN"];
  const words = ["vitest", "run", "--project", "integration", "--reporter", "default"];
  const run = execa("npx", [...words, "client/test/integration/load"], {
    env,
    extendEnv: false,
    reject: false,
    all: true,
    // Together with its workers, but not with what it has detached.
    detached: true,
  });
  let printed: string | undefined;
  void run.then(({ all }) => (printed = all));
  await vi.waitUntil(() => servers().length > 0 || printed, { timeout: 45_000, interval: 50 });
  expect(printed).toBeUndefined();

  process.kill(-Number(run.pid), "SIGKILL");
  await run;

  await expect.poll(() => processesIn([folder]), { timeout: 20_000 }).toEqual([]);
  await expect.poll(runs, { timeout: 20_000 }).toEqual([]);
});
