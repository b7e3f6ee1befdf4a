import { rm } from "node:fs/promises";
import { hostname } from "node:os";

import { CommandError } from "../commandError";
import { say } from "../say";
import { stackFiles } from "../stack/stackFiles";
import { endOrphans } from "./endOrphans";
import { findOtherUpdate } from "./findOtherUpdate";
import { judgeLock } from "./judgeLock";
import { lookAtHolder } from "./lookAtHolder";
import { readLocks } from "./readLocks";

/**
 * Takes away the locks that a killed Pulumi has left on a stack in the project folder, and ends its plugins.
 *
 * Never touches the lock of a Pulumi that lives. `pulumi cancel` would: it takes all locks of a stack, also one that another
 * update has got in the meantime, and knows no stack whose first command was killed.
 *
 * @throws CommandError if another update runs, or if that cannot be known
 */
export async function healLocks(stack: string): Promise<void> {
  const locks = readLocks(stackFiles(stack).locks);
  const other = findOtherUpdate(stack, locks);
  if (other !== undefined) {
    throw new CommandError(other, "Wait for its end and run the command again.");
  }
  for (const lock of locks) {
    const { pid, hostname: machine, timestamp } = lock.holder ?? {};
    if (judgeLock(lock, hostname(), lookAtHolder) === "unclear") {
      throw new CommandError(
        `Stack ${stack} is locked by process ${String(pid)} on ${String(machine)}, since ${String(timestamp)}.`,
        "If no update is running there, end it: `npm run shell`, in it `pulumi cancel --yes`, then run the command again.",
      );
    }
  }
  if (locks.length === 0) return;
  say(`An update of stack ${stack} was killed; its lock is taken away.`);
  await endOrphans();
  for (const { path } of locks) await rm(path, { force: true });
}
