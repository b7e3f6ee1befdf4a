import { finished, PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import type Dockerode from "dockerode";

import { engine } from "./engine";

/** What a program in a container printed, and how it ended. */
export interface ContainerRun {
  code: number;
  output: string;
  messages: string;
}

export interface ContainerRunOptions {
  /** Receives each line that it prints, while it runs. */
  onLine?: (line: string) => void;
  /** `NAME=value`, in addition to the container's own. */
  environment?: readonly string[];
  /** Ends this run. Then the program's standard input ends, which is open until then; without a signal there is none. */
  signal?: AbortSignal;
}

/** Runs a program in a running container, as the container's user. */
export async function runInContainer(
  container: Dockerode.Container,
  command: readonly string[],
  { onLine, environment = [], signal }: ContainerRunOptions = {},
): Promise<ContainerRun> {
  const exec = await container.exec({
    Cmd: [...command],
    Env: [...environment],
    AttachStdin: signal !== undefined,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start(signal === undefined ? {} : { hijack: true, stdin: true });
  const end = () => stream.destroy(new Error("The run was ended.", { cause: signal?.reason }));
  if (signal?.aborted === true) end();
  signal?.addEventListener("abort", end, { once: true });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  if (onLine !== undefined) for (const each of [stdout, stderr]) eachLine(each, onLine);
  engine().modem.demuxStream(stream, stdout, stderr);
  // Without it a connection that breaks would leave both open for ever.
  finished(stream, { writable: false }, (error) => {
    for (const each of [stdout, stderr]) {
      if (error == null) each.end();
      else each.destroy(error);
    }
  });
  const [output, messages] = await Promise.all([text(stdout), text(stderr)]);
  signal?.removeEventListener("abort", end);
  stream.destroy();
  // The output ends a moment before the engine knows the exit code.
  for (;;) {
    const { ExitCode: code } = await exec.inspect();
    if (code !== null) return { code, output, messages };
    await sleep(20);
  }
}

function eachLine(stream: PassThrough, onLine: (line: string) => void): void {
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  });
}
