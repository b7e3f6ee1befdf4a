import type { Lock } from "./readLocks";

/** What is known about the process in a lock: `gone`, a process that is no Pulumi, or Pulumi. */
export type Holder = "gone" | "stranger" | "pulumi";

/** `abandoned`: may be taken away. `held`: an update runs. `unclear`: nobody but the user can know. */
export type Verdict = "abandoned" | "held" | "unclear";

// Pulumi writes a lock in one go, so one that is still not whole after so long never will be.
const writing = 10_000;

/**
 * Whether a lock is still somebody's.
 *
 * @param hostname of this machine: of another one's processes nothing is known
 * @param lookAt finds out about a process of this machine
 */
export function judgeLock(
  { holder, age }: Pick<Lock, "holder" | "age">,
  hostname: string,
  lookAt: (pid: number) => Holder,
): Verdict {
  if (holder === undefined) return age > writing ? "abandoned" : "held";
  if (holder.hostname !== hostname) return "unclear";
  return lookAt(holder.pid) === "pulumi" ? "held" : "abandoned";
}
