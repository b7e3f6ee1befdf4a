import {
  makeServerAccount,
  serverAccount,
  serverPaths,
} from "@hosterizer/postgres/server/embedded/paths";
import {
  configuredPort,
  embeddedServer,
  startServer,
} from "@hosterizer/postgres/server/embedded/server";
import { readServerState } from "@hosterizer/postgres/server/embedded/serverProcess";
import { dockerNames } from "../dockerStack/dockerObjects";
import { findServerFault, restoreAuthority } from "../dockerStack/serverFault";
import { folders } from "../folders";
import { type DockerStack, readDockerSettings } from "../stack/readInstanceSettings";
import { readResources } from "../stack/state";
import { bringUpInstance } from "../stack/updateStack";
import { say } from "../terminal";
import { adoptVolume } from "./adopt";
import { moveToVolume } from "./moveToVolume";

/**
 * Makes the server of a stack answer, if it exists: Pulumi refreshes before it runs the program, and the refresh fails if the
 * server does not answer or is not trusted.
 *
 * @param agreed Pulumi's options for an update that the user has agreed to; none: Pulumi shows it and asks
 * @returns whether a server in Docker was started, or moved to other data
 */
export async function startInstance(
  stack: string,
  environment: NodeJS.ProcessEnv,
  agreed: readonly string[],
): Promise<boolean> {
  const docker = readDockerSettings(stack, environment);
  if (docker !== undefined) return bringUpDocker(stack, docker, environment, agreed);
  await restoreAuthority(await readResources(stack, environment));
  await startEmbedded(stack);
  return false;
}

async function bringUpDocker(
  stack: string,
  docker: DockerStack,
  environment: NodeJS.ProcessEnv,
  agreed: readonly string[],
): Promise<boolean> {
  const names = "faults" in docker ? undefined : dockerNames(docker.settings);
  const isMoved = names !== undefined && (await moveToVolume(stack, names, environment));
  const fault = await findServerFault(docker, await readResources(stack, environment));
  if (fault !== undefined)
    say(`The PostgreSQL server of stack ${stack} ${fault}; it is brought up first.`);
  // On another volume it has other roles and passwords, which the refresh must find.
  const isStarted = fault !== undefined || isMoved;
  if (isStarted) await bringUpInstance(stack, environment, agreed);
  // The program reports faults in the settings.
  if (names === undefined) return isStarted;
  return (await adoptVolume(stack, names, environment, agreed)) || isStarted;
}

/** Starts a stack's embedded server, if it exists and is stopped. */
async function startEmbedded(stack: string): Promise<void> {
  const paths = serverPaths(folders.project, stack, serverAccount(folders.project));
  // On its old port: if the configuration has another one by now, the update itself changes it.
  const port = await configuredPort(paths);
  if (port === undefined || (await readServerState(paths.data)).state !== "stopped") return;
  makeServerAccount(folders.project);
  await startServer(await embeddedServer(folders.project, stack, port));
  say(
    `The PostgreSQL server of stack ${stack} was not running; it has been started on port ${port}.`,
  );
}
