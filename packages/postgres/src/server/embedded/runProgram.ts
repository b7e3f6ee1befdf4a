import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Account } from "./account";

/**
 * Runs a program to its end and returns its exit code and everything that it printed.
 *
 * A server inherits the output of the program that starts it, and a pipe that a server holds never ends. So the output
 * goes through a file.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  account: Account | undefined,
): Promise<{ code: number; output: string }> {
  const path = join(tmpdir(), `hosterizer-${randomBytes(8).toString("hex")}.log`);
  const file = await open(path, "wx+", 0o600);
  try {
    const child = spawn(program, args, {
      ...account,
      cwd: "/",
      stdio: ["ignore", file.fd, file.fd],
      env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
    });
    return { code: code ?? -1, output: await readFile(path, "utf8") };
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}
