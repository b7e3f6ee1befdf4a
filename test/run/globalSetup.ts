import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statfsSync } from "node:fs";
import { Socket } from "node:net";
import { freemem, tmpdir } from "node:os";
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
  const folder = join(memory() ?? tmpdir(), `hosterizer-run-${run}`);
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

const gibibyte = 2 ** 30;

/**
 * A folder in memory, where there is one with room to spare. The tests make and delete databases all the time, and ext4 looks for
 * each new file among those that were deleted in the last minute: a tenth of the time of a run.
 *
 * @returns undefined if the user has chosen a folder with TMPDIR, or if programs cannot be run from memory
 */
function memory(): string | undefined {
  const folder = "/dev/shm";
  if (process.env["TMPDIR"] !== undefined || !existsSync("/proc/mounts")) return undefined;
  const mount = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .findLast(([, path]) => path === folder);
  const [, , kind, options = ""] = mount ?? [];
  if (kind !== "tmpfs" || options.split(",").includes("noexec")) return undefined;
  const { bavail, bsize } = statfsSync(folder);
  // A run takes one at most.
  return bavail * bsize > 4 * gibibyte && freemem() > 8 * gibibyte ? folder : undefined;
}
