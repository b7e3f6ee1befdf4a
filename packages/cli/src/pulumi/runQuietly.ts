import { spawn } from "node:child_process";

/** How a program ended, and what it printed. */
export interface Ended {
  /** -1 when it could not be started, was killed, or ran out of time. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface QuietOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** What it reads from its standard input. */
  input?: string;
  /** It is ended after so many milliseconds. */
  timeout?: number;
  /** Is given each line of stderr at once. */
  onLine?: (line: string) => void;
}

/** Runs a program and keeps what it prints. Never throws: the caller knows what a failure means. */
export function runQuietly(
  program: string,
  args: readonly string[],
  options: QuietOptions = {},
): Promise<Ended> {
  const { input, onLine, ...rest } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...rest, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let unfinished = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      const lines = (unfinished + text).split("\n");
      unfinished = lines.pop() ?? "";
      for (const line of lines) onLine?.(line);
    });
    child.once("error", (error) => {
      resolve({ code: -1, stdout, stderr: stderr + error.message });
    });
    child.once("close", (code) => {
      resolve({ code: code ?? -1, stdout, stderr });
    });
    // A program that ends before it has read everything is known by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
