import { hostname } from "node:os";

import { stackFiles } from "../stack/stackFiles";
import { judgeLock } from "./judgeLock";
import { lookAtHolder } from "./lookAtHolder";
import { type Lock, readLocks } from "./readLocks";

/** Says which other update of a stack in the project folder is running; undefined if none is. */
export function findOtherUpdate(
  stack: string,
  locks: readonly Lock[] = readLocks(stackFiles(stack).locks),
): string | undefined {
  const held = locks.find((lock) => judgeLock(lock, hostname(), lookAtHolder) === "held");
  if (held === undefined) return undefined;
  const { holder } = held;
  const who = holder === undefined ? "" : ` (process ${holder.pid}, since ${holder.timestamp})`;
  return `Another update of stack ${stack} is running${who}.`;
}
