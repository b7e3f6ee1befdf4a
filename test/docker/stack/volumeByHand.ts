import type Dockerode from "dockerode";

import { archiveOf } from "../archiveOf";
import { engine } from "../engine";

const folder = "/volume";

/** Writes files into a volume as root, as `docker cp` does through a container. */
export async function putIntoVolume(
  volume: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const members = Object.entries(files).map(([name, content]) => [name, { content }] as const);
  const archive = archiveOf(Object.fromEntries(members));
  await beside(volume, "true", (container) => container.putArchive(archive, { path: folder }));
}

/** Runs a command as root in a volume, as `docker run --volume` does. @throws if it fails */
export async function runInVolume(volume: string, command: string): Promise<void> {
  await beside(volume, command, async (container) => {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    if (StatusCode !== 0) throw new Error(`${command} exited with ${StatusCode}`);
  });
}

async function beside(
  volume: string,
  command: string,
  use: (container: Dockerode.Container) => Promise<unknown>,
): Promise<void> {
  const container = await engine.createContainer({
    Image: "debian:bookworm-slim",
    Cmd: ["bash", "-c", command],
    WorkingDir: folder,
    HostConfig: { Binds: [`${volume}:${folder}`] },
  });
  try {
    await use(container);
  } finally {
    await container.remove({ force: true });
  }
}
