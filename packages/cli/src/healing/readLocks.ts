import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** One of Pulumi's locks on a stack whose state is in a folder. */
export interface Lock {
  path: string;
  /** Undefined in a lock that its holder was killed over before it was written. */
  holder: { pid: number; hostname: string; timestamp: string } | undefined;
  /** Milliseconds since it was written. */
  age: number;
}

/** Reads the locks in the folder that Pulumi keeps for a stack. */
export function readLocks(folder: string): Lock[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((file) => {
    try {
      const path = join(folder, file);
      const age = Date.now() - statSync(path).mtimeMs;
      return [{ path, holder: parseLock(readFileSync(path, "utf8")), age }];
    } catch (error) {
      // Its holder has just taken it away.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  });
}

/** The holder in the text of a lock; undefined if that is not whole. */
export function parseLock(text: string): Lock["holder"] {
  try {
    const { pid, hostname, timestamp } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== "number" || typeof hostname !== "string") return undefined;
    return { pid, hostname, timestamp: String(timestamp) };
  } catch {
    return undefined;
  }
}
