import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";

import type { Connection } from "../connection/connection";
import { libpqEnvironment } from "../connection/libpqEnvironment";
import { UserError } from "../userError";

/** The programs that write and read dumps. They belong together: an archive of a newer pg_dump needs a newer pg_restore. */
export type ClientProgram = "pg_dump" | "pg_restore";

const installation =
  "Install PostgreSQL's client of the server's major version or a later one: `apt install postgresql-client` on Debian and Ubuntu;\n" +
  "on macOS `brew install libpq`, then `brew link --force libpq`. Stacks in Docker need neither: their server's image has both programs.";

/** A run of a program of PostgreSQL's client. */
export interface ProgramRun {
  /** Its options, without those that follow from the rest. */
  args: readonly string[];
  /** Where it connects to. Default: it reads a dump and connects to nothing. */
  connection?: Connection;
  /** Path of the dump that it reads, a file or a folder. */
  reads?: string;
  /** What of that dump it loads: lines of `pg_restore --list`. Default: everything. */
  list?: string;
  /** The dump that it writes, at a path that does not exist yet. */
  writes?: { path: string; format: "custom" | "directory" };
  /** Receives each line of its messages, without the program's name. */
  onMessage?: (message: string) => void;
  /** Receives its standard output. Default: none is read. */
  read?: (output: Readable) => Promise<unknown>;
}

/** Runs a program to its end. @throws ClientProgramError if it fails; UserError if it was interrupted */
export type RunProgram = (program: ClientProgram, run: ProgramRun) => Promise<void>;

/** A program of PostgreSQL's client ended with an error. Its messages name no password. */
export class ClientProgramError extends Error {
  override readonly name = "ClientProgramError";

  constructor(
    readonly program: ClientProgram,
    /** Its messages about errors, a line each. */
    readonly errors: readonly string[],
  ) {
    super(`${program}: ${errors.join("\n")}`);
  }
}

/**
 * Runs a program of this machine, and waits until it ends.
 *
 * @throws ClientProgramError if it fails; UserError if it is not installed, or was interrupted
 */
export const runClientProgram: RunProgram = async (program, run) => {
  const { list } = run;
  if (list === undefined) return runWithArguments(program, run, argumentsOf(run));
  const folder = await mkdtemp(join(tmpdir(), "hosterizer-restore-"));
  try {
    const file = join(folder, "list");
    await writeFile(file, list);
    await runWithArguments(program, run, argumentsOf(run, file));
  } finally {
    await rm(folder, { recursive: true });
  }
};

function argumentsOf({ args, reads, writes }: ProgramRun, list?: string): string[] {
  return [
    ...args,
    ...(list === undefined ? [] : [`--use-list=${list}`]),
    ...(writes === undefined ? [] : [`--format=${writes.format}`, `--file=${writes.path}`]),
    ...(reads === undefined ? [] : [reads]),
  ];
}

async function runWithArguments(
  program: ClientProgram,
  { connection, onMessage, read }: ProgramRun,
  args: readonly string[],
): Promise<void> {
  const child = spawnPrivately(program, args, {
    stdio: ["ignore", read === undefined ? "ignore" : "pipe", "pipe"],
    env: {
      ...(connection === undefined ? process.env : libpqEnvironment(connection)),
      ...inEnglish,
    },
  });
  const messages = new ProgramMessages(program, onMessage);
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? notInstalled(program) : error);
    });
    child.once("close", (code) => {
      resolve(code ?? -1);
    });
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    messages.add(text);
  });
  const kill = () => child.kill();
  await untilInterrupted(kill, async () => {
    try {
      const [code] = await Promise.all([ended, child.stdout && read?.(child.stdout)]);
      messages.requireSuccess(code);
    } catch (error) {
      kill();
      await ended.catch(() => undefined);
      throw error;
    }
  });
}

/** For a program's environment: some of its messages are recognized. */
export const inEnglish = { LC_ALL: "C.UTF-8", LANGUAGE: "C" } as const;

/** What a program says about its run. */
export class ProgramMessages {
  private readonly errors: string[] = [];
  private unfinished = "";

  constructor(
    private readonly program: ClientProgram,
    private readonly onMessage: (message: string) => void = () => undefined,
  ) {}

  /** @param text what follows on its standard error, which need not end with a line */
  add(text: string): void {
    const lines = (this.unfinished + text).split("\n");
    this.unfinished = lines.pop() ?? "";
    for (const line of lines) {
      const message = line.replace(`${this.program}: `, "");
      if (!isProgress(message)) this.errors.push(message);
      this.onMessage(message);
    }
  }

  /** @throws ClientProgramError unless this is the exit code of a program that has succeeded */
  requireSuccess(code: number): void {
    if (code === 0) return;
    const nothing = `it ended with ${code}, without a message`;
    throw new ClientProgramError(this.program, this.errors.length > 0 ? this.errors : [nothing]);
  }
}

/**
 * Runs something that a user or the system may interrupt.
 *
 * @param stop makes it fail soon
 * @throws UserError if it was interrupted
 */
export async function untilInterrupted<T>(stop: () => void, run: () => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    interrupted.abort(signal);
    stop();
  };
  for (const signal of interruptSignals) process.on(signal, interrupt);
  try {
    const result = await run();
    interrupted.signal.throwIfAborted();
    return result;
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    throw new UserError(
      `Interrupted by ${String(interrupted.signal.reason)}.`,
      "What was being written has been removed.",
    );
  } finally {
    for (const signal of interruptSignals) process.off(signal, interrupt);
  }
}

/** The signals with which a user or the system ends a command: what it has begun is then undone. */
export const interruptSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Starts a program whose files only their owner may read. */
function spawnPrivately(...start: Parameters<typeof spawn>): ChildProcess {
  const before = process.umask(0o077);
  try {
    return spawn(...start);
  } finally {
    process.umask(before);
  }
}

/** With `--verbose` programs say what they do, in lines that begin with none of these. */
function isProgress(message: string): boolean {
  return !/^(error|warning|detail|hint|DETAIL|HINT|CONTEXT|Command was|fatal)\b/.test(message);
}

/**
 * Checks that a program is installed and can talk to a server.
 *
 * @param major the server's major version; pg_dump refuses newer ones than its own
 * @throws UserError if it is missing or too old
 */
export async function requireProgram(program: ClientProgram, major: number): Promise<void> {
  let printed = "";
  const read = async (output: Readable) => {
    for await (const chunk of output) printed += String(chunk);
  };
  await runClientProgram(program, { args: ["--version"], read }).catch((error: unknown) => {
    if (!(error instanceof ClientProgramError)) throw error;
    throw new UserError(`${program} --version fails: ${error.errors.join(" ")}`, installation);
  });
  const own = Number(/\) (\d+)/.exec(printed)?.[1] ?? 0);
  if (own >= major) return;
  const version =
    own === 0 ? `does not say its version, but "${printed.trim()}"` : `is of PostgreSQL ${own}`;
  throw new UserError(
    `${program} ${version}, and the server is of PostgreSQL ${major}.`,
    installation,
  );
}

function notInstalled(program: ClientProgram): UserError {
  return new UserError(`${program} is not installed, or not on the PATH.`, installation);
}
