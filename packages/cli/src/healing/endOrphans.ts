import { setTimeout as sleep } from "node:timers/promises";

import { folders } from "../folders";
import { orphansOf } from "./orphansOf";
import { readProcesses } from "./processes";

/** How long a plugin has to end by itself, in milliseconds. */
const patience = 3_000;

/**
 * Ends the plugins that a killed Pulumi has left behind, and waits until they are gone.
 *
 * They do not notice its end, and go on with what they were at: a role made by one of them after the next update has
 * looked would be in that update's way.
 */
export async function endOrphans(): Promise<void> {
  const start = Date.now();
  const asked = new Set<number>();
  for (;;) {
    // Looked for anew each time: a language host may have been about to start its program.
    const orphans = orphansOf(folders.project, readProcesses());
    if (orphans.length === 0 || Date.now() - start > 2 * patience) return;
    for (const { pid } of orphans) {
      if (Date.now() - start > patience) signal(pid, "SIGKILL");
      else if (!asked.has(pid)) signal(pid, "SIGTERM");
      asked.add(pid);
    }
    await sleep(50);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}
