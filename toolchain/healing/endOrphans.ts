import { setTimeout as sleep } from "node:timers/promises";

import { answers } from "../../postgres/embedded/serverState";
import { folders } from "../folders";
import { type Process, readProcesses } from "./processes";

/**
 * Ends the plugins that a killed Pulumi has left behind.
 *
 * They do not notice its end, and go on with what they were at: a role made by one of them after the next update has
 * looked would be in that update's way.
 *
 * @returns how many there were
 */
export async function endOrphans(): Promise<number> {
  const orphans: Process[] = [];
  for (const candidate of pluginsOf(folders.project, readProcesses())) {
    const engines = enginePorts(candidate);
    const answering = await Promise.all(engines.map(answers));
    if (engines.length > 0 && !answering.includes(true)) orphans.push(candidate);
  }
  for (const { pid } of orphans) signal(pid, "SIGTERM");
  const patience = Date.now() + 5_000;
  while (anyLives(orphans) && Date.now() < patience) await sleep(50);
  for (const { pid } of orphans) signal(pid, "SIGKILL");
  return orphans.length;
}

/** Pulumi's plugins and language hosts among `processes` that work for the project in `folder`. */
export function pluginsOf(folder: string, processes: readonly Process[]): Process[] {
  return processes.filter(
    ({ pid, command, directory }) =>
      pid !== process.pid &&
      /pulumi-(language|resource|analyzer)-|@pulumi\/pulumi\/cmd\/|plugins\/resource-/.test(
        command,
      ) &&
      // Where the system does not tell the folder, a path in the arguments does, which may have blanks in it.
      (directory === folder || ` ${command}`.includes(` ${folder}/`)),
  );
}

/**
 * Each of them is given the address of Pulumi's engine. The program is given that of a monitor besides, which its language
 * host serves: it answers after the engine's end.
 */
export function enginePorts({ command }: Process): number[] {
  const addresses = command.matchAll(/(?<!--monitor[ =])127\.0\.0\.1:(\d+)/g);
  return [...addresses].map(([, port]) => Number(port));
}

// Asked of the list, which leaves out those that have ended and that nobody has reaped.
function anyLives(processes: readonly Process[]): boolean {
  const living = new Set(readProcesses().map(({ pid }) => pid));
  return processes.some(({ pid }) => living.has(pid));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}
