import { type ChildProcessByStdio, spawn } from "node:child_process";
import { Socket } from "node:net";
import { Duplex, type Readable, type Writable } from "node:stream";

import type { SshAddress } from "./engineAddress";

/** Keeps as much of what ssh says as an error can show. */
const keptOutput = 2_000;

/**
 * One connection to the engine of another machine, through the system's own `ssh`, so that ~/.ssh/config, agents and jump
 * hosts count: it runs `docker system dial-stdio` there, as Docker's client does.
 *
 * Behaves like a socket as far as Node.js's HTTP client goes.
 */
export class SshConnection extends Duplex {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private complaint = "";

  constructor(address: SshAddress) {
    super();
    const child = spawn("ssh", sshArguments(address), { stdio: ["pipe", "pipe", "pipe"] });
    this.child = child;
    child.stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      this.complaint = (this.complaint + chunk.toString()).slice(-keptOutput);
    });
    // What is written after ssh has ended fails; its end itself is reported below.
    child.stdin.on("error", () => undefined);
    child.once("error", (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === "ENOENT";
      this.destroy(missing ? new Error("there is no ssh on the PATH", { cause }) : cause);
    });
    child.once("close", (code) => {
      if (code === 0) this.push(null);
      else this.destroy(new Error(`ssh ended with ${this.complaint.trim() || `code ${code}`}`));
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

  /** An idle connection keeps no process alive; ssh ends with the process that started it. */
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

  /** There is no packet to keep alive: ssh has settings of its own for that. */
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

/** Nobody is there to type a password while Pulumi runs: ssh has to say at once that it needs one. */
function sshArguments({ host, user, port, socket }: SshAddress): string[] {
  return [
    ...["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30"],
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...["--", host, "docker"],
    // The other machine's shell reads this once more.
    ...(socket === undefined ? [] : ["--host", quote(`unix://${socket}`)]),
    ...["system", "dial-stdio"],
  ];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
