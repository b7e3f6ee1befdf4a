import { spawn } from "node:child_process";
import { join } from "node:path";

import { folders } from "./folders";

/** Runs a program of node_modules/.bin on this terminal and returns its exit code. */
export function runTool(name: string, args: readonly string[]): Promise<number> {
  const program = join(folders.project, "node_modules", ".bin", name);
  const child = spawn(program, args, { cwd: folders.project, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      resolve(code ?? 1);
    });
  });
}
