import { existsSync } from "node:fs";

import { serverAccount } from "../postgres/embedded/account";
import { embeddedServer } from "../postgres/embedded/embeddedServer";
import { serverPaths } from "../postgres/embedded/paths";
import { removeSpareBinaries } from "../postgres/embedded/removeSpareBinaries";
import { removeServer } from "../postgres/embedded/server";
import { folders } from "./folders";

/**
 * Removes an embedded server with its data that the state knows nothing of, because the update that made it was killed.
 * The caller has said so, and has seen that the stack has no resources.
 */
export async function removeInstance(stack: string): Promise<void> {
  const paths = serverPaths(folders.project, stack, serverAccount(folders.project));
  if (!existsSync(paths.directory)) return;
  // The port is of no matter to a server that goes.
  await removeServer(await embeddedServer(folders.project, stack, 0));
  await removeSpareBinaries(folders.project);
}
