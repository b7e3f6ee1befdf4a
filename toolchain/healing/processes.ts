import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process of this machine. */
export interface Process {
  pid: number;
  /** Its program and arguments. */
  command: string;
  /** The folder it works in, where the system tells. */
  directory?: string;
}

/** The processes that live. One that has ended and that its parent has not asked for is not among them. */
export function readProcesses(): Process[] {
  // Small Linux images have no ps. https://man7.org/linux/man-pages/man5/proc_pid_cmdline.5.html
  if (existsSync("/proc/self/cmdline")) return readProc();
  const { stdout } = spawnSync("ps", ["-axo", "pid=,command="], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command }];
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
        const directory = readlinkSync(`/proc/${pid}/cwd`);
        return [{ pid: Number(pid), command: command.split("\0").join(" ").trimEnd(), directory }];
      } catch {
        // Gone in the meantime, or another user's.
        return [];
      }
    });
}
