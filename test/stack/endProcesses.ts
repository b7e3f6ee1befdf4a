import { setTimeout as sleep } from "node:timers/promises";

import { readProcesses } from "@hosterizer/cli/stack/processes";

/** The processes that run in one of these folders or name it on their command line. */
export function processesIn(directories: readonly string[]) {
  const isWithin = (text: string) => directories.some((directory) => text.includes(directory));
  return readProcesses().filter(
    ({ pid, command, directory = "" }) =>
      pid !== process.pid && (isWithin(command) || isWithin(directory)),
  );
}

/** Kills these processes, and any that they start meanwhile, until none is left. */
export async function endProcesses(directories: readonly string[]): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const found = processesIn(directories);
    if (found.length === 0) return;
    for (const { pid } of found) kill(pid);
    await sleep(50);
  }
  throw new Error(`processes in ${directories.join(", ")} are still running`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has already exited.
  }
}
