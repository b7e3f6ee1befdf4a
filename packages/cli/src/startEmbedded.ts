import { serverAccount, serverPaths } from "@hosterizer/postgres/server/embedded/paths";
import {
  configuredPort,
  embeddedServer,
  startServer,
} from "@hosterizer/postgres/server/embedded/server";
import { readServerState } from "@hosterizer/postgres/server/embedded/serverProcess";
import { folders } from "./folders";

/**
 * Starts the server of a stack whose instance is embedded, if it exists and does not run: Pulumi refreshes before it
 * runs the program, and a refresh against a stopped server fails.
 *
 * @returns what was done, for the user to read; undefined when there was nothing to do
 */
export async function startEmbedded(stack: string): Promise<string | undefined> {
  const paths = serverPaths(folders.project, stack, serverAccount(folders.project));
  // As it was: a port that has changed in the configuration is changed by the update itself.
  const port = await configuredPort(paths);
  if (port === undefined || (await readServerState(paths.data)).state !== "stopped")
    return undefined;
  await startServer(await embeddedServer(folders.project, stack, port));
  return `The PostgreSQL server of stack ${stack} was not running; it is again, on port ${port}.`;
}
