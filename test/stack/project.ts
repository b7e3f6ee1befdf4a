import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";

import { execa } from "execa";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  type Account,
  serverAccount,
  type ServerPaths,
  serverPaths,
} from "@hosterizer/postgres/server/embedded/paths";
import { rowsOf } from "../../packages/postgres/test/integration/testDatabase";
import { endProcesses } from "./endProcesses";
import { environmentOf } from "./environmentOf";
import { readSecrets, type Secrets } from "./readSecrets";

/** How a command ended, and everything that it printed. */
export interface Run {
  code: number | undefined;
  output: string;
  /** Standard output alone, without messages. */
  stdout: string;
}

/** A command that may still be running. */
export interface RunningCommand extends Promise<{
  exitCode?: number | undefined;
  all: string;
  stdout: string;
}> {
  readonly pid?: number | undefined;
  /** Everything that it prints. */
  readonly all: Readable;
}

/** Whether the passwords are the same after a command, by what it printed. Reading them starts Pulumi. */
function keepsPasswords(command = "", printed: string): boolean {
  if (command === "up") return !printed.includes("hosterizer:Password");
  return command === "preview" || command === "drift";
}

/** A copy of this project in a folder of its own, with a stack of its own on a free port. */
export class Project {
  readonly stack: string = "local";
  /** What every npm command has printed so far. */
  readonly transcript: string[] = [];

  private known: Promise<Secrets> | undefined;

  constructor(
    readonly directory: string,
    /** As in its Pulumi.local.yaml. */
    public port: number,
    /** The user who runs the commands; undefined: the user who runs the tests. */
    private readonly account?: Account,
  ) {}

  /** Runs an npm command until it exits, as a user without a terminal. */
  async npm(...args: string[]): Promise<Run> {
    const { exitCode, all, stdout } = await this.start(...args);
    if (!keepsPasswords(args[0], all)) this.known = undefined;
    this.transcript.push(all);
    return { code: exitCode, output: all, stdout };
  }

  /** Runs an npm command that must succeed, and returns its output. */
  async succeed(...args: string[]): Promise<string> {
    const { code, output } = await this.npm(...args);
    if (code === 0) return output;
    throw new Error(`npm run ${args.join(" ")} exited with ${String(code)}:\n${output}`);
  }

  /**
   * Starts an npm command in a process group of its own and leaves it running. Bypasses npm, whose start takes a tenth of
   * the time; lines of shell go through it.
   */
  start(...args: string[]): RunningCommand {
    const words = args[0] === "-s" ? args.slice(1) : args;
    const command = words[1] === "--" ? [...words.slice(0, 1), ...words.slice(2)] : words;
    return this.execute(process.execPath, ["packages/cli/run.mjs", ...command]);
  }

  /** Runs a line of shell in the project's folder. */
  async shell(line: string): Promise<Run> {
    const { exitCode, all, stdout } = await this.execute("/bin/sh", ["-c", line]);
    return { code: exitCode, output: all, stdout };
  }

  /** Replaces text in one of the project's files; the text must exist. */
  async edit(file: string, from: string, to: string): Promise<void> {
    const text = await this.read(file);
    if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
    await this.write(
      file,
      text.replace(from, () => to),
    );
  }

  /** Declares another port. */
  async moveTo(port: number): Promise<void> {
    await this.edit(`Pulumi.${this.stack}.yaml`, `:port: ${this.port}`, `:port: ${port}`);
    this.port = port;
  }

  read(file: string): Promise<string> {
    return readFile(join(this.directory, file), "utf8");
  }

  write(file: string, text: string): Promise<void> {
    return writeFile(join(this.directory, file), text);
  }

  /** The paths of its server. */
  get server(): ServerPaths {
    const account = this.account === undefined ? serverAccount(this.directory) : undefined;
    return serverPaths(this.directory, "local", account);
  }

  /** Every secret of the stack in plain text. */
  secrets(): Promise<Secrets> {
    return (this.known ??= readSecrets(this));
  }

  /** Runs SQL as the superuser, or as another role, and returns the last statement's rows. */
  async query<T extends object>(sql: string, role?: string): Promise<T[]> {
    return rowsOf<T>(await this.connection(role), sql);
  }

  /** How the superuser, or another role, reaches the database. */
  async connection(role?: string, database = "hosterizer"): Promise<Connection> {
    const { superuser, roles } = await this.secrets();
    const password = role === undefined ? superuser : roles[role];
    if (password === undefined) throw new Error(`${String(role)} has no password`);
    const address = { host: "127.0.0.1", port: this.port, database };
    return { ...address, user: role ?? "postgres", password };
  }

  /** Kills everything that runs in the project and removes it. */
  async remove(): Promise<void> {
    const { directory } = this.server;
    await endProcesses([this.directory, directory]);
    await rm(directory, { recursive: true, force: true });
    // A server outside the project keeps its binaries beside its data.
    if (!directory.startsWith(this.directory)) {
      await rm(dirname(directory), { recursive: true, force: true });
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  private execute(command: string, args: readonly string[]): RunningCommand {
    return execa(command, args, {
      cwd: this.directory,
      env: environmentOf(this.account === undefined ? undefined : this.directory),
      extendEnv: false,
      all: true,
      reject: false,
      detached: true,
      stdin: "ignore",
      ...this.account,
    });
  }
}
