import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

import { folders } from "./folders";
import { privateLog } from "./pulumiLog";

/** How a program ended, and what it printed. */
interface Ended {
  /** -1 if it could not be started, was killed, or timed out. */
  code: number;
  stdout: string;
  stderr: string;
}

interface QuietOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Its standard input. */
  input?: string;
  /** Milliseconds after which it is killed. */
  timeout?: number;
  /** Receives each line of stderr as it is printed. */
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
    // A program that exits before it has read its input is judged by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** The exit code of a process that was started; 1 if a signal ended it. @throws if it could not be started */
export function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      resolve(code ?? 1);
    });
  });
}

/** Runs a program of node_modules/.bin on this terminal and returns its exit code. */
export function runTool(name: string, args: readonly string[]): Promise<number> {
  const program = join(folders.project, "node_modules", ".bin", name);
  return exitCodeOf(spawn(program, args, { cwd: folders.project, stdio: "inherit" }));
}

/** Runs `pulumi` in the project folder and keeps what it prints. */
export function runPulumiQuietly(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  options: Omit<QuietOptions, "cwd" | "env"> = {},
): Promise<Ended> {
  const env = { ...environment, ...privateLog(args, environment) };
  return runQuietly("pulumi", args, { ...options, cwd: folders.project, env });
}

/** Runs `pulumi` in the project folder and returns what it printed. Shows nothing. @throws Error with Pulumi's messages */
export async function askPulumi(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  input?: string,
): Promise<string> {
  const { code, stdout, stderr } = await runPulumiQuietly(
    [...args, "--non-interactive"],
    environment,
    input === undefined ? {} : { input },
  );
  if (code === 0) return stdout;
  throw new Error(`pulumi ${args.join(" ")} failed:\n${(stderr || stdout).trim()}`);
}

const forwarded: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP"];

/**
 * Runs `pulumi` on this terminal, by default in the project folder.
 *
 * Ctrl+C reaches Pulumi directly. It then ends its update in good order, and this process waits for it.
 *
 * @returns its exit code
 */
export async function runPulumi(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  directory: string = folders.project,
): Promise<number> {
  const env = { ...environment, ...privateLog(args, environment) };
  const child = spawn("pulumi", args, { cwd: directory, env, stdio: "inherit" });
  const wait = () => undefined;
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.on("SIGINT", wait);
  for (const signal of forwarded) process.on(signal, forward);
  try {
    return await exitCodeOf(child);
  } finally {
    process.off("SIGINT", wait);
    for (const signal of forwarded) process.off(signal, forward);
  }
}
