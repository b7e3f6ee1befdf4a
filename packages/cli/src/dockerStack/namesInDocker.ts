import { DeclarationErrors } from "@hosterizer/postgres/declarationError";
import { type DockerNames, dockerNames } from "./dockerNames";
import { readDockerSettings } from "./readDockerSettings";
import { requireEngine } from "./requireEngine";

/**
 * What the Docker engine, which answers, knows a stack's parts by; undefined for a stack that does not run in Docker.
 *
 * @throws DeclarationErrors if the settings have faults: the names follow from them
 * @throws CommandError if no engine answers
 */
export async function namesInDocker(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<DockerNames | undefined> {
  const docker = readDockerSettings(stack, environment);
  if (docker === undefined) return undefined;
  if ("faults" in docker) throw new DeclarationErrors(docker.faults);
  await requireEngine(stack);
  return dockerNames(docker.settings.dockerName);
}
