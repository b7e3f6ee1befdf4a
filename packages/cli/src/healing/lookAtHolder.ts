import type { Holder } from "./judgeLock";
import { isPulumi } from "./orphansOf";
import { readProcesses } from "./processes";

/** What is known about a process of this machine that holds a lock. */
export function lookAtHolder(pid: number): Holder {
  const found = readProcesses().find((candidate) => candidate.pid === pid);
  if (found === undefined) return "gone";
  // A process id is used again in time, and at once after a reboot.
  return isPulumi(found.command) ? "pulumi" : "stranger";
}
