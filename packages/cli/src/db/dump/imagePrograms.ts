import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { type Duplex, Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";

import {
  ClientProgramError,
  inEnglish,
  ProgramMessages,
  type ProgramRun,
  type RunProgram,
  untilInterrupted,
} from "@hosterizer/postgres/backup/clientProgram";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { libpqVariables } from "@hosterizer/postgres/connection/libpqEnvironment";
import { humanBytes } from "@hosterizer/postgres/humanNumbers";
import { steadyProgress } from "../../terminal";
import {
  createProgramContainer,
  endPrograms,
  type ProgramContainer,
  putDump,
  putText,
  takeFolder,
  type Transfer,
} from "./programContainer";

/** What a folder of pg_dump's is called in the container. */
const writtenFolder = "written";

/**
 * PostgreSQL's client programs of the image that a stack's server runs, in a container beside the server. A dump in one file is written
 * straight to this machine; what pg_restore reads, and what several jobs write, lies in the container meanwhile.
 */
export class ImagePrograms {
  private created: Promise<ProgramContainer> | undefined;
  /** Paths in the container, by those of this machine. */
  private readonly copies = new Map<string, string>();

  /** @param server name of the server's container, which runs */
  constructor(private readonly server: string) {}

  /** Runs a program of the image; see `RunProgram`. */
  readonly run: RunProgram = async (program, run) => {
    const controller = new AbortController();
    const { signal } = controller;
    const stop = () => {
      // A second signal does not wait until the program has taken leave of the server.
      if (signal.aborted) this.remove().catch(() => undefined);
      controller.abort();
    };
    await untilInterrupted(stop, async () => {
      const container = await (this.created ??= createProgramContainer(this.server));
      const transfer = (what: string): Transfer => ({ signal, onBytes: copyProgress(what) });
      const { connection, reads, list, writes } = run;
      const source = reads && (await this.copyOf(reads, container, transfer(`copying ${reads}`)));
      const authority = connection?.sslrootcert && (await this.authorityOf(connection, container));
      const messages = new ProgramMessages(program, run.onMessage);
      signal.throwIfAborted();
      const code = await runInside(container, {
        command: [
          ...[program, ...run.args],
          ...(list === undefined ? [] : [`--use-list=${await putText(container, "list", list)}`]),
          ...(writes === undefined ? [] : [`--format=${writes.format}`]),
          ...(writes?.format === "directory" ? [`--file=/tmp/${writtenFolder}`] : []),
          ...(source === undefined ? [] : [source]),
        ],
        connection: connection && { ...connection, sslrootcert: authority || systemAuthorities },
        onError: (text) => {
          // The program knows the copy alone.
          messages.add(source === undefined ? text : text.replaceAll(source, String(reads)));
        },
        read: readerOf(run),
        signal,
      });
      signal.throwIfAborted();
      if (code === undefined) {
        throw new ClientProgramError(program, [
          "it was killed, or the connection to the Docker engine broke",
        ]);
      }
      messages.requireSuccess(code);
      if (writes?.format === "directory")
        await takeFolder(container, writtenFolder, writes.path, transfer("copying the dump"));
    });
  };

  /** Ends everything that runs in the container, and removes it. */
  async remove(): Promise<void> {
    const container = await this.created?.catch(() => undefined);
    await container?.remove();
  }

  private async copyOf(dump: string, container: ProgramContainer, transfer: Transfer) {
    const name = `read-${this.copies.size}`;
    const copy = this.copies.get(dump) ?? (await putDump(container, dump, name, transfer));
    this.copies.set(dump, copy);
    return copy;
  }

  private async authorityOf({ sslrootcert = "" }: Connection, container: ProgramContainer) {
    const copy =
      this.copies.get(sslrootcert) ??
      (await putText(container, "ca.pem", await readFile(sslrootcert, "utf8")));
    this.copies.set(sslrootcert, copy);
    return copy;
  }
}

/** Those of Debian, of which the image is made. */
const systemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

function copyProgress(what: string): Transfer["onBytes"] {
  const progress = steadyProgress();
  return (done, all) => {
    progress(`${what}: ${humanBytes(done)}${all === undefined ? "" : ` of ${humanBytes(all)}`}`);
  };
}

/** What receives a program's standard output: the dump that is written as one file, or what the caller reads. */
function readerOf({ writes, read }: ProgramRun): (output: Readable) => Promise<unknown> {
  if (writes?.format === "custom") {
    const { path } = writes;
    return (output) => pipeline(output, createWriteStream(path, { flags: "wx", mode: 0o600 }));
  }
  return (
    read ??
    (async (output) => {
      await finished(output.resume());
    })
  );
}

interface InsideRun {
  command: readonly string[];
  connection: Connection | undefined;
  /** Receives its standard error, in pieces. */
  onError: (text: string) => void;
  /** Receives its standard output. */
  read: (output: Readable) => Promise<unknown>;
  signal: AbortSignal;
}

/** Follows a program's output with its exit code: output without it was cut off. */
const ended = "\nended with ";
const endedLength = Buffer.byteLength(ended) + 3;

/** The password comes on standard input, because the engine shows arguments and environments. */
const script = [
  "IFS= read -r PGPASSWORD; export PGPASSWORD; umask 077",
  `"$@" </dev/null; printf '\\nended with %03d' $?`,
].join("; ");

/** @returns the program's exit code; undefined if its output was cut off */
async function runInside(
  there: ProgramContainer,
  { command, connection, onError, read, signal }: InsideRun,
): Promise<number | undefined> {
  const exec = await there.container.exec({
    Cmd: ["sh", "-c", script, "sh", ...command],
    Env: Object.entries({ ...variables(connection), ...inEnglish }).map((pair) => pair.join("=")),
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream: Duplex = await exec.start({ hijack: true, stdin: true });
  // What reads it fails with the same error.
  stream.on("error", () => undefined);
  const stop = () => {
    endPrograms(there).catch(() => stream.destroy());
  };
  signal.addEventListener("abort", stop);
  try {
    stream.write(`${connection?.password ?? ""}\n`);
    const output = new OutputBeforeEnd();
    await read(Readable.from(output.of(framesOf(stream), onError), { objectMode: false }));
    return output.code;
  } finally {
    signal.removeEventListener("abort", stop);
    stream.destroy();
  }
}

/** libpq's variables, without the password, for a program that has the server's network. Names are verified as from this machine. */
function variables(connection: Connection | undefined): Record<string, string> {
  if (connection === undefined) return {};
  const known = libpqVariables({ ...connection, port: 5432 });
  delete known["PGPASSWORD"];
  return { ...known, PGHOSTADDR: "127.0.0.1" };
}

/** A piece of what a program has written. */
interface Frame {
  isError: boolean;
  content: Buffer;
}

/**
 * The engine sends both outputs in one stream, in frames: a header of eight bytes, then the content. Unlike dockerode's function for
 * them, this waits until they are read: a dump does not fit into memory.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export async function* framesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 8) {
      const end = 8 + rest.readUInt32BE(4);
      if (rest.length < end) break;
      yield { isError: rest.readUInt8(0) === 2, content: rest.subarray(8, end) };
      rest = rest.subarray(end);
    }
  }
}

/** A program's standard output without what the script adds at its end. */
export class OutputBeforeEnd {
  /** The exit code, when all output has been read; undefined if that was cut off. */
  code: number | undefined;

  async *of(frames: AsyncIterable<Frame>, onError: (text: string) => void): AsyncGenerator<Buffer> {
    let held = Buffer.alloc(0);
    const errors = new TextDecoder();
    for await (const { isError, content } of frames) {
      if (isError) {
        onError(errors.decode(content, { stream: true }));
        continue;
      }
      held = Buffer.concat([held, content]);
      const ready = held.length - endedLength;
      if (ready <= 0) continue;
      yield held.subarray(0, ready);
      held = held.subarray(ready);
    }
    const text = held.toString("latin1");
    if (text.startsWith(ended)) this.code = Number(text.slice(ended.length));
    else yield held;
  }
}
