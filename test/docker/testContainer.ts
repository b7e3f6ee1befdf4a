import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import type Dockerode from "dockerode";

import { archiveOf } from "./archiveOf";
import { demultiplex } from "./demultiplex";

/** The output of a command in a container, from both streams, and its exit code. */
export interface CommandResult {
  exitCode: number;
  output: string;
}

/** A container of a test. */
export class TestContainer {
  constructor(private readonly container: Dockerode.Container) {}

  get id(): string {
    return this.container.id;
  }

  /** Puts files owned by root into a folder, whether or not the container is running. */
  async put(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
    const members = Object.entries(files).map(([name, content]) => [name, { content }] as const);
    await this.container.putArchive(archiveOf(Object.fromEntries(members)), { path: folder });
  }

  async start(): Promise<void> {
    await this.container.start();
  }

  /** As `docker stop` does: killed if it has not ended after `seconds`. */
  async stop(seconds = 60): Promise<void> {
    await this.container.stop({ t: seconds });
  }

  async kill(signal = "SIGKILL"): Promise<void> {
    await this.container.kill({ signal });
  }

  inspect(): Promise<Dockerode.ContainerInspectInfo> {
    return this.container.inspect();
  }

  /** Waits for the container's exit, and returns its code. @throws with the log after `seconds` */
  async ended(seconds = 60): Promise<number> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const { State } = await this.inspect();
      if (!State.Running) return State.ExitCode;
      if (Date.now() > end)
        throw new Error(`the container is still running:\n${await this.logs()}`);
      await sleep(200);
    }
  }

  /** The container's log; if asked, only since its last start. */
  async logs(part: "all" | "last start" = "all"): Promise<string> {
    const { State } = await this.inspect();
    const since = part === "all" ? {} : { since: new Date(State.StartedAt).getTime() / 1000 };
    return demultiplex(await this.container.logs({ stdout: true, stderr: true, ...since }));
  }

  /** Runs a command in the container, by default as the container's own user. */
  async run(command: string[], user?: string): Promise<CommandResult> {
    const exec = await this.container.exec({
      Cmd: command,
      AttachStdout: true,
      AttachStderr: true,
      ...(user === undefined ? {} : { User: user }),
    });
    const output = demultiplex(await buffer(await exec.start({})));
    // The output ends a moment before the engine knows the exit code.
    for (;;) {
      const { ExitCode: exitCode } = await exec.inspect();
      if (exitCode !== null) return { exitCode, output };
      await sleep(20);
    }
  }

  /** The output of a command that must succeed. */
  async succeed(...command: string[]): Promise<string> {
    const { exitCode, output } = await this.run(command);
    if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${output}`);
    return output.trimEnd();
  }

  /** The paths that differ from the image's, without those of volumes and tmpfs. */
  async changes(): Promise<string[]> {
    // Docker answers null for none, and dockerode passes on its bytes.
    const changes: unknown = await this.container.changes();
    return Array.isArray(changes) ? changes.map(({ Path }: { Path: string }) => Path) : [];
  }

  async health(): Promise<string> {
    const { State } = await this.inspect();
    return State.Health?.Status ?? "none";
  }

  /** Waits until Docker reports this health. @throws with the log after `seconds`, or at once if the container exits */
  async until(wanted: "healthy" | "unhealthy", seconds = 90): Promise<void> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const { State } = await this.inspect();
      if (State.Running && State.Health?.Status === wanted) return;
      if (!State.Running || Date.now() > end) {
        const health = State.Health?.Status ?? "none";
        throw new Error(`${State.Status}, ${health}, not ${wanted}:\n${await this.logs()}`);
      }
      await sleep(200);
    }
  }

  /** The port of 127.0.0.1 on which a port of the container is published. */
  async publishedPort(port: number): Promise<number> {
    const { NetworkSettings } = await this.inspect();
    const published = NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort;
    if (published === undefined) throw new Error(`port ${port} is not published`);
    return Number(published);
  }
}
