import { type ChildProcessByStdio, spawn } from "node:child_process";
import { Agent } from "node:http";
import { Socket } from "node:net";
import { Duplex, type Readable, type Writable } from "node:stream";

import { shellWord } from "../../npmCommand";
import type { SshAddress } from "./engineAddress";

/** An SSH server accepts only a few logins at once. */
const maxSockets = 8;

/** Gives Node.js's HTTP client connections through ssh, and keeps them, because each costs a login. */
export class SshAgent extends Agent {
  constructor(private readonly address: SshAddress) {
    super({ keepAlive: true, maxSockets });
  }

  override createConnection(): SshConnection {
    return new SshConnection(this.address);
  }
}

/** How much of ssh's own messages an error shows, in characters. */
const keptOutput = 2_000;

/**
 * One connection to the engine of another machine, through the system's own `ssh`, so that ~/.ssh/config, agents and jump
 * hosts work: it runs `docker system dial-stdio` there, as Docker's client does.
 *
 * Behaves like a socket as far as Node.js's HTTP client needs it.
 */
class SshConnection extends Duplex {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private messages = "";

  constructor(address: SshAddress) {
    super();
    const child = spawn("ssh", sshArguments(address), { stdio: ["pipe", "pipe", "pipe"] });
    this.child = child;
    child.stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      this.messages = (this.messages + chunk.toString()).slice(-keptOutput);
    });
    // A write after ssh has exited fails; the exit itself is reported below.
    child.stdin.on("error", () => undefined);
    child.once("error", (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === "ENOENT";
      this.destroy(missing ? new Error("there is no ssh on the PATH", { cause }) : cause);
    });
    child.once("close", (code) => {
      if (code === 0) this.push(null);
      else this.destroy(new Error(`ssh ended with ${this.messages.trim() || `code ${code}`}`));
    });
  }

  override _read(): void {
    this.child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.child.stdin.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.child.kill();
    done(error);
  }

  /** An idle connection keeps no process alive; ssh exits with the process that started it. */
  unref(): this {
    this.child.unref();
    for (const pipe of this.pipes()) pipe.unref();
    return this;
  }

  ref(): this {
    this.child.ref();
    for (const pipe of this.pipes()) pipe.ref();
    return this;
  }

  /** Nothing to do: ssh has its own settings for that. */
  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  private pipes(): Socket[] {
    const { stdin, stdout, stderr } = this.child;
    return [stdin, stdout, stderr].filter((pipe) => pipe instanceof Socket);
  }
}

/** In batch mode ssh fails at once where it would ask for a password, which cannot be typed while Pulumi runs. */
function sshArguments({ host, user, port, socket }: SshAddress): string[] {
  return [
    ...["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30"],
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...["--", host, "docker"],
    // The other machine's shell parses this again.
    ...(socket === undefined ? [] : ["--host", shellWord(`unix://${socket}`)]),
    ...["system", "dial-stdio"],
  ];
}
