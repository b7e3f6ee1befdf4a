import { buffer } from "node:stream/consumers";

import type Dockerode from "dockerode";
import { pack } from "tar-stream";

import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import type { VolumeFile } from "./containerFiles";

/** Distinguishes a twin from a container that someone else has created. */
const twinLabel = "hosterizer.twin-of";

/**
 * Creates a container beside another one, passes it to `use`, and removes it whatever happens. It is not started. A twin that a
 * killed update left behind is removed first.
 *
 * @param container name of the other one, which need not exist
 * @throws the engine's refusal to create it, unchanged
 */
export async function withTwin<T>(
  engine: Dockerode,
  container: string,
  options: Omit<Dockerode.ContainerCreateOptions, "name" | "Labels">,
  use: (twin: Dockerode.Container) => Promise<T>,
): Promise<T> {
  await removeTwin(engine, container);
  const Labels = { [twinLabel]: container };
  const twin = await engine.createContainer({ ...options, name: `${container}-twin`, Labels });
  try {
    return await use(twin);
  } finally {
    await ifExists(twin.remove({ force: true, v: true }));
  }
}

/** Removes the twin of a container that a killed update left behind. */
export async function removeTwin(engine: Dockerode, container: string): Promise<void> {
  const twin = engine.getContainer(`${container}-twin`);
  const found = await ifExists(twin.inspect());
  if (found?.Config.Labels[twinLabel] === container)
    await ifExists(twin.remove({ force: true, v: true }));
}

/** Writes files into a folder of a twin, each with its owner and mode. Other files in it stay. */
export async function putFiles(
  twin: Dockerode.Container,
  path: string,
  files: readonly VolumeFile[],
): Promise<void> {
  const archive = pack();
  for (const { file, content, owner, mode } of files)
    archive.entry({ name: file, mode, uid: owner, gid: owner, mtime: new Date() }, content);
  archive.finalize();
  await twin.putArchive(await buffer(archive), { path });
}
