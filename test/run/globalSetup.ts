import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runPrefix } from "./runPrefix";

/**
 * Gives everything that a run starts one folder and one name, and starts the process that ends what is left of it: a run may be
 * killed at any moment, and no server of its tests may outlive it.
 */
export default function setup(): void {
  // Each kind of tests calls this, and a test that starts a run belongs to its own.
  if (process.env["HOSTERIZER_TEST_RUN"] !== undefined) return;
  const run = randomBytes(3).toString("hex");
  const folder = join(tmpdir(), `hosterizer-run-${run}`);
  // Servers run as another user, who must be able to enter.
  mkdirSync(folder, { mode: 0o711 });
  process.env["HOSTERIZER_TEST_RUN"] = run;
  process.env["TMPDIR"] = folder;
  const program = ["--require", "./packages/cli/preload.cjs", "./test/run/cleanUpAfter.ts"];
  const after = spawn(process.execPath, [...program, folder, runPrefix()], {
    stdio: ["pipe", "ignore", "inherit"],
    // It must not get the signals that end the run.
    detached: true,
  });
  after.unref();
  if (after.stdin instanceof Socket) after.stdin.unref();
}
