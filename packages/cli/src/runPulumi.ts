import { spawn } from "node:child_process";

import { folders } from "./folders";

const passedOn: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP"];

/**
 * Runs `pulumi` on this terminal, in the project folder unless told otherwise.
 *
 * Ctrl+C reaches Pulumi by itself, which then ends its update in good order; this process waits for that.
 *
 * @returns its exit code
 */
export async function runPulumi(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  directory: string = folders.project,
): Promise<number> {
  const child = spawn("pulumi", args, {
    cwd: directory,
    env: environment,
    stdio: "inherit",
  });
  const wait = () => undefined;
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  process.on("SIGINT", wait);
  for (const signal of passedOn) process.on(signal, passOn);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => {
        resolve(code ?? 1);
      });
    });
  } finally {
    process.off("SIGINT", wait);
    for (const signal of passedOn) process.off(signal, passOn);
  }
}
