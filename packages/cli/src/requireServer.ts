import { CommandError } from "./commandError";
import { dockerNames } from "./dockerStack/dockerNames";
import { findServerFault } from "./dockerStack/findServerFault";
import { readDockerSettings } from "./dockerStack/readDockerSettings";
import { requireEngine } from "./dockerStack/requireEngine";
import { serverAddress } from "./dockerStack/serverAddress";
import { restoreAuthority } from "./healing/restoreAuthority";
import { readResources } from "./readResources";

/**
 * Sees to it that a preview of a stack in Docker can look at all, and says so in one line where each of the stack's resources
 * would say it otherwise. Starts nothing. Quiet for other stacks, and for one that is not up yet.
 *
 * @throws CommandError if the engine or the server does not answer, or if clients would not trust the server
 */
export async function requireServer(stack: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const docker = readDockerSettings(stack, environment);
  if (docker === undefined) return;
  await requireEngine(stack);
  const resources = await readResources(stack, environment);
  await restoreAuthority(resources);
  const address = serverAddress(resources);
  if (address === undefined) return;
  const names = "faults" in docker ? undefined : dockerNames(docker.settings.dockerName);
  const fault = await findServerFault(address, names?.containers[0]);
  if (fault === undefined) return;
  throw new CommandError(
    `The PostgreSQL server of stack ${stack} ${fault}.`,
    `Bring it up: npm run up -- --stack ${stack}`,
  );
}
