import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { folders } from "../folders";

/** A process of this machine. */
export interface Process {
  pid: number;
  /** Process id of its parent: the process that started it, or the one that has adopted it since. */
  parent: number;
  /** Its program and arguments. */
  command: string;
  /** Its working directory, where the system tells. */
  directory?: string;
}

/** The processes that are alive. Zombies are left out. */
export function readProcesses(): Process[] {
  // Small Linux images have no ps. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  if (existsSync("/proc/self/stat")) return readProc();
  const { stdout } = spawnSync("ps", ["-axo", "pid=,ppid=,command="], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (command === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

function readProc(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        // Empty for the kernel's own processes and for zombies.
        if (command === "") return [];
        const [, parent] =
          /\) \S (\d+) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
        const directory = readlinkSync(`/proc/${pid}/cwd`);
        const words = command.split("\0").join(" ").trimEnd();
        return [{ pid: Number(pid), parent: Number(parent), command: words, directory }];
      } catch {
        // It has ended since, or belongs to another user.
        return [];
      }
    });
}

/** Whether a command line is that of Pulumi itself. */
export function isPulumi(command: string): boolean {
  return /(^|\/)pulumi(\s|$)/.test(command);
}

/** How long a plugin has to exit by itself, in milliseconds. */
const gracePeriod = 3_000;

/**
 * Ends the plugins that a killed Pulumi has left behind, and waits until they are gone.
 *
 * They do not notice its end, and continue their work: a role that one of them creates after the next update has looked
 * would collide with that update.
 */
export async function endOrphans(): Promise<void> {
  const start = Date.now();
  const asked = new Set<number>();
  for (;;) {
    // Read again each time: a language host may have been about to start its program.
    const orphans = orphansOf(folders.project, readProcesses());
    if (orphans.length === 0 || Date.now() - start > 2 * gracePeriod) return;
    for (const { pid } of orphans) {
      if (Date.now() - start > gracePeriod) signal(pid, "SIGKILL");
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
    // It has exited by itself.
  }
}

/**
 * The plugins, language hosts and programs among `processes` that work for the project in `folder` and whose Pulumi is gone.
 *
 * Their ancestors tell: another Pulumi may have the engine address by now that each of them was given.
 */
export function orphansOf(folder: string, processes: readonly Process[]): Process[] {
  const known = new Map(processes.map((each) => [each.pid, each]));
  const hasPulumi = ({ parent }: Process): boolean => {
    // The first process has no ancestors.
    const above = parent > 1 ? known.get(parent) : undefined;
    return above !== undefined && (isPulumi(above.command) || hasPulumi(above));
  };
  return processes.filter(
    (each) => servesAnEngine(each) && worksIn(folder, each) && !hasPulumi(each),
  );
}

function servesAnEngine({ command }: Process): boolean {
  const names = /pulumi-(language|resource|analyzer)-|@pulumi\/pulumi\/cmd\/|plugins\/resource-/;
  return names.test(command) && /127\.0\.0\.1:\d+/.test(command);
}

// Where the system does not tell the folder, a path in the arguments does. It may contain blanks.
function worksIn(folder: string, { command, directory }: Process): boolean {
  return directory === folder || ` ${command}`.includes(` ${folder}/`);
}
