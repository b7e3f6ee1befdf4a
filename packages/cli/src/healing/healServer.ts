import { dockerNames } from "../dockerStack/dockerNames";
import { findServerFault } from "../dockerStack/findServerFault";
import type { DockerStack } from "../dockerStack/readDockerSettings";
import { serverAddress } from "../dockerStack/serverAddress";
import { readResources } from "../readResources";
import { say } from "../say";
import { adoptVolume } from "./adoptVolume";
import { bringUpInstance } from "./bringUpInstance";
import { restoreAuthority } from "./restoreAuthority";

/**
 * Sees to it that an update of a stack in Docker can begin: Pulumi refreshes before it runs the program, and the refresh
 * fails where the server is asked and does not answer, or is not trusted.
 *
 * @param agreed Pulumi's options for an update that the user has agreed to
 */
export async function healServer(
  stack: string,
  docker: DockerStack,
  environment: NodeJS.ProcessEnv,
  agreed: readonly string[],
): Promise<void> {
  const resources = await readResources(stack, environment);
  await restoreAuthority(resources);
  const address = serverAddress(resources);
  // What is wrong with the settings is the program's to say.
  const names = "faults" in docker ? undefined : dockerNames(docker.settings.dockerName);
  const fault = address && (await findServerFault(address, names?.containers[0]));
  if (fault !== undefined) {
    say(`The PostgreSQL server of stack ${stack} ${fault}; it is brought up first.`);
    await bringUpInstance(stack, environment, agreed);
  }
  if (names !== undefined) await adoptVolume(stack, names, environment, agreed);
}
