import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";

import type { Connection } from "../connection/connection";
import { libpqEnvironment } from "../connection/libpqEnvironment";
import { UserError } from "../userError";

/** The programs that write and read dumps. They belong together: an archive of a newer pg_dump needs a newer pg_restore. */
export type ClientProgram = "pg_dump" | "pg_restore";

const installation =
  "Install PostgreSQL's client of the server's major version or a later one: `apt install postgresql-client` on Debian and Ubuntu;\n" +
  "on macOS `brew install libpq`, then `brew link --force libpq`.";

/** A run of a program of PostgreSQL's client. */
interface Run {
  args: readonly string[];
  /** Where it connects to. Default: it reads a file and connects to nothing. */
  connection?: Connection;
  /** Receives each line of its messages, without the program's name. */
  onMessage?: (message: string) => void;
  /** Receives its standard output. Default: none is read. */
  read?: (output: Readable) => Promise<unknown>;
}

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
 * Runs a program of PostgreSQL's client to its end.
 *
 * @throws ClientProgramError if it fails; UserError if it is not installed
 */
export async function runClientProgram(
  program: ClientProgram,
  { args, connection, onMessage, read }: Run,
): Promise<void> {
  const child = spawnPrivately(program, args, {
    stdio: ["ignore", read === undefined ? "ignore" : "pipe", "pipe"],
    // Messages in English: some of them are recognized.
    env: {
      ...(connection === undefined ? process.env : libpqEnvironment(connection)),
      LC_ALL: "C.UTF-8",
      LANGUAGE: "C",
    },
  });
  const messages: string[] = [];
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? notInstalled(program) : error);
    });
    child.once("close", (code) => {
      resolve(code ?? -1);
    });
  });
  let unfinished = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop() ?? "";
    for (const line of lines) {
      const message = line.replace(`${program}: `, "");
      if (!isProgress(message)) messages.push(message);
      onMessage?.(message);
    }
  });
  const interrupted = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    child.kill();
    interrupted.abort(signal);
  };
  for (const signal of interruptSignals) process.on(signal, interrupt);
  try {
    const [code] = await Promise.all([ended, child.stdout && read?.(child.stdout)]);
    if (interrupted.signal.aborted) {
      const by = String(interrupted.signal.reason);
      throw new UserError(`Interrupted by ${by}.`, "What was being written has been removed.");
    }
    if (code === 0) return;
    const nothing = messages.length === 0 ? [`it ended with ${code}, without a message`] : [];
    throw new ClientProgramError(program, [...messages, ...nothing]);
  } catch (error) {
    child.kill();
    await ended.catch(() => undefined);
    throw error;
  } finally {
    for (const signal of interruptSignals) process.off(signal, interrupt);
  }
}

/** With these a user or the system ends a command: what it has begun is then taken back. */
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
