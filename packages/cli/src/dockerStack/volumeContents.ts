import type Dockerode from "dockerode";

import { backupPaths } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { UserError } from "@hosterizer/postgres/userError";
import type { DockerNames } from "./dockerObjects";
import { engine } from "./engine";
import { dataMount } from "./unfinishedVolume";
import { configurationName } from "../stack/stackFiles";

/** The file in a volume that a recovery creates first and removes last. */
export const unfinishedMark = `${dataMount}/unfinished-recovery`;

/** What a server would find in a volume. */
export type VolumeContents = "nothing" | "a server's data" | "an unfinished recovery";

/**
 * Checks that a volume has a server's data, whole.
 *
 * @param names of the stack whose server is to use it
 * @throws UserError if it is empty, or if a recovery into it was interrupted
 */
export async function requireWholeData(stack: string, names: DockerNames): Promise<void> {
  const { data } = names;
  const contents = await readVolumeContents(names);
  if (contents === undefined || contents === "a server's data") return;
  const key = `hosterizer-database:dataVolume in ${configurationName(stack)}`;
  throw contents === "nothing"
    ? new UserError(
        `The volume ${data} (${key}) has no server's data. Nothing was changed.`,
        "Name the volume that a recovery has printed, or the one that the server had before.",
      )
    : new UserError(
        `The recovery into the volume ${data} (${key}) was interrupted: its data is not whole. Nothing was changed.`,
        `Recover again, or name another volume. To remove this one: docker volume rm ${data}`,
      );
}

/**
 * What the volume with a stack's data has. Starts nothing: the engine looks into a volume through a container that has it.
 *
 * @returns undefined if no container has it and there is no image to create one from
 */
export async function readVolumeContents(names: DockerNames): Promise<VolumeContents | undefined> {
  const { data } = names;
  const [user] = await engine().listContainers({ all: true, filters: { volume: [data] } });
  if (user !== undefined) return contentsIn(engine().getContainer(user.Id));
  const [server = ""] = names.containers;
  const Image = (await ifExists(engine().getContainer(server).inspect()))?.Image;
  if (Image === undefined) return undefined;
  const looking = await engine().createContainer({
    Image,
    HostConfig: { Binds: [`${data}:${dataMount}:ro`], NetworkMode: "none" },
  });
  try {
    return await contentsIn(looking);
  } finally {
    await ifExists(looking.remove({ force: true }));
  }
}

async function contentsIn(container: Dockerode.Container): Promise<VolumeContents> {
  if (await hasFile(container, unfinishedMark)) return "an unfinished recovery";
  const isServer = await hasFile(container, `${backupPaths.data}/PG_VERSION`);
  return isServer ? "a server's data" : "nothing";
}

async function hasFile(container: Dockerode.Container, path: string): Promise<boolean> {
  const answer = container.infoArchive({ path }) as Promise<NodeJS.ReadableStream>;
  const found = await ifExists(answer);
  // It has no body, and would keep its connection.
  found?.resume();
  return found !== undefined;
}
