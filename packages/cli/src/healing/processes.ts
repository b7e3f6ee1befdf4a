import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process of this machine. */
export interface Process {
  pid: number;
  /** Process id of the one that started it, or of the one that has taken it over since. */
  parent: number;
  /** Its program and arguments. */
  command: string;
  /** The folder it works in, where the system tells. */
  directory?: string;
}

/** The processes that live. One that has ended and that its parent has not asked for is not among them. */
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
        // Empty in the kernel's own processes and in those that have ended.
        if (command === "") return [];
        const [, parent] =
          /\) \S (\d+) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
        const directory = readlinkSync(`/proc/${pid}/cwd`);
        const words = command.split("\0").join(" ").trimEnd();
        return [{ pid: Number(pid), parent: Number(parent), command: words, directory }];
      } catch {
        // Gone in the meantime, or another user's.
        return [];
      }
    });
}
