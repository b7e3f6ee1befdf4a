import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { runProgram } from "./runProgram";
import { isAlive, readPidFile } from "./serverState";

// Above the highest process id of Linux (2^22) and macOS (99999), so it is nobody's.
const nobodysPid = 2 ** 31 - 2;

/**
 * Sees to it that a server killed hard can be started again, and says whether one was.
 *
 * The dead server leaves postmaster.pid behind. If the process id in it now belongs to a stranger, or to the dead server
 * which nobody has reaped, PostgreSQL takes it for a living one and refuses to start. The file must not be deleted: it
 * also names the shared memory by which PostgreSQL knows that sessions of the old server are still there. So only its
 * first line is changed.
 */
export async function disownPidFile(dataDirectory: string): Promise<boolean> {
  const path = join(dataDirectory, "postmaster.pid");
  if (!existsSync(path)) return false;
  const { pid } = await readPidFile(dataDirectory);
  if (pid !== undefined && isAlive(pid) && !(await isPostgres(pid))) {
    const lines = (await readFile(path, "utf8")).split("\n");
    await writeFile(path, [String(nobodysPid), ...lines.slice(1)].join("\n"));
  }
  return true;
}

async function isPostgres(pid: number): Promise<boolean> {
  const [state, name] =
    process.platform === "linux" ? await fromProc(pid) : await fromProcessList(pid);
  // Z: it has ended, and its parent has not asked for its end.
  return name?.includes("postgres") === true && !state?.startsWith("Z");
}

// Small Linux images have no ps. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
async function fromProc(pid: number): Promise<(string | undefined)[]> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [, name, state] = /\((.*)\) (\S)/.exec(text) ?? [];
  return [state, name];
}

async function fromProcessList(pid: number): Promise<(string | undefined)[]> {
  const { output } = await runProgram("ps", ["-o", "stat=,comm=", "-p", String(pid)], undefined);
  return output.trim().split(/\s+/);
}
