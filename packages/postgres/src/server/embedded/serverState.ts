import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";

/** What can be seen of a server without talking SQL to it. */
export type ServerState =
  | { state: "absent" | "stopped" }
  /** `port` is the one it listens on now, which a changed setting may not have reached yet. */
  | { state: "running"; pid: number; port: number };

/** Reads the state from the data directory and one attempt to connect. Changes nothing. */
export async function readServerState(dataDirectory: string): Promise<ServerState> {
  if (!existsSync(join(dataDirectory, "PG_VERSION"))) return { state: "absent" };
  const { pid, port } = await readPidFile(dataDirectory);
  if (pid === undefined || port === undefined || !isAlive(pid)) return { state: "stopped" };
  // After a reboot the process id may belong to somebody else; then nobody answers.
  return (await answers(port)) ? { state: "running", pid, port } : { state: "stopped" };
}

/**
 * The process id and port in postmaster.pid, lines 1 and 4.
 *
 * https://www.postgresql.org/docs/15/storage-file-layout.html
 */
export async function readPidFile(dataDirectory: string): Promise<{ pid?: number; port?: number }> {
  const text = await readFile(join(dataDirectory, "postmaster.pid"), "utf8").catch(() => "");
  const lines = text.split("\n").map(Number);
  return { ...(lines[0] ? { pid: lines[0] } : {}), ...(lines[3] ? { port: lines[3] } : {}) };
}

/** Whether a process of this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether something takes TCP connections on this port of the loopback address. */
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
