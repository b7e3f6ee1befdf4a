import { existsSync } from "node:fs";

import { serverAccount, serverPaths } from "@hosterizer/postgres/server/embedded/paths";
import { embeddedServer, removeServer } from "@hosterizer/postgres/server/embedded/server";
import { removeUnusedBinaries } from "@hosterizer/postgres/server/embedded/binaries";
import type { DockerNames } from "./dockerStack/dockerNames";
import { findThings } from "./dockerStack/findThings";
import { removeThings } from "./dockerStack/removeThings";
import { folders } from "./folders";

/**
 * Removes what the state knows nothing of, because the update that made it was killed or the state was lost: an embedded
 * server with its data, or everything in Docker but the volume with the data. The caller has said so, and has seen that the
 * stack has no resources.
 *
 * @param names of the stack in the Docker engine, if it runs there
 */
export async function removeInstance(stack: string, names: DockerNames | undefined): Promise<void> {
  if (names !== undefined) {
    await removeThings(await findThings(names));
    return;
  }
  const paths = serverPaths(folders.project, stack, serverAccount(folders.project));
  if (!existsSync(paths.directory)) return;
  // The port is of no matter to a server that goes.
  await removeServer(await embeddedServer(folders.project, stack, 0));
  await removeUnusedBinaries(folders.project);
}
