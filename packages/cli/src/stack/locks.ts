import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";

import { UserError } from "@hosterizer/postgres/userError";
import { say } from "../terminal";
import { readBackend } from "./backend";
import { endOrphans, isPulumi, readProcesses } from "./processes";
import { stackFiles } from "./stackFiles";

/** A lock on a stack whose state is in the project folder: Pulumi's, or one like it of this program. */
interface Lock {
  path: string;
  /**
   * Undefined in an incomplete lock, whose holder was killed while it wrote it. `command` is in the locks of this program: the
   * command line that its process has.
   */
  holder: { pid: number; hostname: string; timestamp: string; command?: string } | undefined;
  /** Milliseconds since it was written. */
  age: number;
}

/** The process named in a lock: no longer there, another program, Pulumi, or this program. */
type Holder = "gone" | "stranger" | "pulumi" | "program";

/** `abandoned`: may be removed. `held`: an update runs. `unclear`: only the user can know. */
type Verdict = "abandoned" | "held" | "unclear";

/**
 * Removes the locks that a killed Pulumi has left on a stack in the project folder, and ends its plugins.
 *
 * Never touches the lock of a live Pulumi. `pulumi cancel` would: it removes all locks of a stack, even one that another update
 * has taken since, and it does not know a stack whose first command was killed.
 *
 * @throws UserError if another update runs, or if that cannot be known
 */
export async function healLocks(stack: string): Promise<void> {
  const locks = readLocks(stack);
  const other = describeHeld(stack, locks);
  if (other !== undefined) throw new UserError(other, "Wait until it ends, then rerun.");
  for (const lock of locks) {
    const { pid, hostname: machine, timestamp } = lock.holder ?? {};
    if (judgeLock(lock, hostname(), lookUpHolder) === "unclear") {
      throw new UserError(
        `Stack ${stack} is locked by process ${String(pid)} on ${String(machine)}, since ${String(timestamp)}.`,
        "If no update is running there, remove the lock: `npm run shell`, then `pulumi cancel --yes`. Then rerun.",
      );
    }
  }
  if (locks.length === 0) return;
  say(`An update of stack ${stack} was killed; its lock is removed.`);
  await endOrphans();
  for (const { path } of locks) await rm(path, { force: true });
}

/** Says which other update of a stack in the project folder is running; undefined if none is. */
export function findOtherUpdate(stack: string): string | undefined {
  return describeHeld(stack, readLocks(stack));
}

function describeHeld(stack: string, locks: readonly Lock[]): string | undefined {
  const held = locks.find((lock) => judgeLock(lock, hostname(), lookUpHolder) === "held");
  if (held === undefined) return undefined;
  const { holder } = held;
  const who = holder === undefined ? "" : ` (process ${holder.pid}, since ${holder.timestamp})`;
  const what = holder?.command === undefined ? "Another update of" : "A restore into";
  return `${what} stack ${stack} is running${who}.`;
}

/**
 * Runs something that no update of a stack may run beside, with a lock like Pulumi's: Pulumi respects it too. Other backends have
 * locks that only Pulumi can take; there it runs without one.
 *
 * @throws UserError if an update runs, or something else under such a lock
 */
export async function withStackLock<T>(stack: string, run: () => Promise<T>): Promise<T> {
  if (readBackend(stack).kind !== "project") return run();
  await healLocks(stack);
  const { locks: folder } = stackFiles(stack);
  const path = join(folder, `${randomUUID()}.json`);
  const holder = {
    pid: process.pid,
    username: userInfo().username,
    hostname: hostname(),
    timestamp: new Date().toISOString(),
    command: readProcesses().find(({ pid }) => pid === process.pid)?.command,
  };
  await mkdir(folder, { recursive: true });
  await writeFile(path, JSON.stringify(holder), { flag: "wx" });
  try {
    // Of two that begin at once, each sees the other's.
    const others = readLocks(stack).filter((lock) => lock.path !== path);
    const other = describeHeld(stack, others);
    if (other !== undefined) throw new UserError(other, "Wait until it ends, then rerun.");
    return await run();
  } finally {
    await rm(path, { force: true });
  }
}

// Pulumi writes a lock in one go, so one that is still incomplete after this time stays so.
const writing = 10_000;

/**
 * Whether a lock is still held.
 *
 * @param hostname of this machine; nothing is known about processes of another one
 * @param lookUp what kind of process has the holder's process id on this machine
 */
export function judgeLock(
  { holder, age }: Pick<Lock, "holder" | "age">,
  hostname: string,
  lookUp: (holder: NonNullable<Lock["holder"]>) => Holder,
): Verdict {
  if (holder === undefined) return age > writing ? "abandoned" : "held";
  if (holder.hostname !== hostname) return "unclear";
  return ["pulumi", "program"].includes(lookUp(holder)) ? "held" : "abandoned";
}

function lookUpHolder({ pid, command }: NonNullable<Lock["holder"]>): Holder {
  const found = readProcesses().find((candidate) => candidate.pid === pid);
  if (found === undefined) return "gone";
  // Process ids are reused in time, and at once after a reboot.
  if (command !== undefined) return found.command === command ? "program" : "stranger";
  return isPulumi(found.command) ? "pulumi" : "stranger";
}

function readLocks(stack: string): Lock[] {
  const { locks: folder } = stackFiles(stack);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((file) => {
    try {
      const path = join(folder, file);
      const age = Date.now() - statSync(path).mtimeMs;
      return [{ path, holder: parseLock(readFileSync(path, "utf8")), age }];
    } catch (error) {
      // Its holder has just removed it.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  });
}

/** The holder in the text of a lock; undefined if the text is incomplete. */
export function parseLock(text: string): Lock["holder"] {
  try {
    const { pid, hostname, timestamp, command } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== "number" || typeof hostname !== "string") return undefined;
    const own = typeof command === "string" ? { command } : {};
    return { pid, hostname, timestamp: String(timestamp), ...own };
  } catch {
    return undefined;
  }
}
