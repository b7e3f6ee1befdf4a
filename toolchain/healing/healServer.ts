import { awaitServer } from "../dockerStack/awaitServer";
import { dockerNames } from "../dockerStack/dockerNames";
import type { DockerStack } from "../dockerStack/readDockerSettings";
import { requireEngine } from "../dockerStack/requireEngine";
import { serverAddress } from "../dockerStack/serverAddress";
import { readResources } from "../readResources";
import { say } from "../say";
import { adoptVolume } from "./adoptVolume";
import { bringUpInstance } from "./bringUpInstance";
import { restoreAuthority } from "./restoreAuthority";

/**
 * Sees to it that an update of a stack in Docker can begin: Pulumi refreshes before it runs the program, and the refresh
 * fails where the server is asked and does not answer.
 *
 * @param agreed Pulumi's options for an update that the user has agreed to
 */
export async function healServer(
  stack: string,
  docker: DockerStack,
  environment: NodeJS.ProcessEnv,
  agreed: readonly string[],
): Promise<void> {
  await requireEngine(stack);
  const resources = await readResources(stack, environment);
  await restoreAuthority(resources);
  const address = serverAddress(resources);
  // What is wrong with the settings is the program's to say.
  const names = "faults" in docker ? undefined : dockerNames(docker.settings.dockerName);
  if (address !== undefined && !(await awaitServer(address, names?.containers[0]))) {
    const { host, port } = address;
    say(
      `The PostgreSQL server of stack ${stack} does not answer at ${host}:${port}; it is brought up first.`,
    );
    await bringUpInstance(stack, environment, agreed);
  }
  if (names !== undefined) await adoptVolume(stack, names.data, environment, agreed);
}
