import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Account } from "./paths";

/** What is known of a server without a session. */
type ServerState =
  | { state: "absent" | "stopped" }
  /** `port`: the one that it listens on now; a changed setting may not be in force yet. */
  | { state: "running"; pid: number; port: number };

/** Reads the state from the data directory and one attempt to connect. Changes nothing. */
export async function readServerState(dataDirectory: string): Promise<ServerState> {
  if (!existsSync(join(dataDirectory, "PG_VERSION"))) return { state: "absent" };
  const { pid, port } = await readPidFile(dataDirectory);
  if (pid === undefined || port === undefined || !isAlive(pid)) return { state: "stopped" };
  // After a reboot the process id may belong to another program; then the port does not answer.
  return (await answers(port)) ? { state: "running", pid, port } : { state: "stopped" };
}

/**
 * The process id and port in postmaster.pid, lines 1 and 4.
 *
 * https://www.postgresql.org/docs/15/storage-file-layout.html
 */
export async function readPidFile(dataDirectory: string): Promise<{ pid?: number; port?: number }> {
  const text = await readFile(pidFile(dataDirectory), "utf8").catch(() => "");
  const lines = text.split("\n").map(Number);
  return { ...(lines[0] ? { pid: lines[0] } : {}), ...(lines[3] ? { port: lines[3] } : {}) };
}

function pidFile(dataDirectory: string): string {
  return join(dataDirectory, "postmaster.pid");
}

/** Whether a process with this id exists, regardless of its owner. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether something accepts TCP connections on this port of the loopback address. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: 2000 });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}

// Above the highest process id of Linux (2^22) and macOS (99999), so no process has it.
const unusedPid = 2 ** 31 - 2;

/**
 * Makes it possible to start a server again that was killed, and returns whether one was.
 *
 * The killed server leaves postmaster.pid behind. If the process id in it now belongs to another program, or to the killed
 * server as a zombie, PostgreSQL believes that the server is running and refuses to start. The file must not be deleted: it
 * also names the shared memory that tells PostgreSQL whether sessions of the old server are still running. So only its first
 * line is changed.
 */
export async function disownPidFile(dataDirectory: string): Promise<boolean> {
  const path = pidFile(dataDirectory);
  if (!existsSync(path)) return false;
  const { pid } = await readPidFile(dataDirectory);
  if (pid !== undefined && isAlive(pid) && !(await isPostgres(pid))) {
    const lines = (await readFile(path, "utf8")).split("\n");
    await writeFile(path, [String(unusedPid), ...lines.slice(1)].join("\n"));
  }
  return true;
}

async function isPostgres(pid: number): Promise<boolean> {
  const [state, name] =
    process.platform === "linux" ? await fromProc(pid) : await fromProcessList(pid);
  // Z: a zombie.
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

/**
 * Runs a program and returns its exit code and its output.
 *
 * A server inherits the output of the program that starts it, and a pipe that the server holds never closes. So the output
 * goes to a file.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  account: Account | undefined,
): Promise<{ code: number; output: string }> {
  const path = join(tmpdir(), `hosterizer-${randomBytes(8).toString("hex")}.log`);
  const file = await open(path, "wx+", 0o600);
  try {
    const child = spawn(program, args, {
      ...account,
      cwd: "/",
      stdio: ["ignore", file.fd, file.fd],
      env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
    });
    return { code: code ?? -1, output: await readFile(path, "utf8") };
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}
