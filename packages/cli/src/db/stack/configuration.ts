import { dockerNames } from "../../dockerStack/dockerObjects";
import { readDockerSettings, readExternalSettings } from "../../stack/readInstanceSettings";
import { readBackend } from "../../stack/backend";
import { stackFiles } from "../../stack/stackFiles";

/** Environment that says where a stack's configuration is: in the project folder, or where Pulumi itself would look. */
export function configurationEnvironment(stack: string): NodeJS.ProcessEnv {
  if (readBackend(stack).kind !== "project") return {};
  return { PULUMI_OPTION_CONFIG_FILE: stackFiles(stack).merged };
}

/** Whether `up` starts the stack's server. */
export function startsServer(stack: string): boolean {
  return readExternalSettings(stack, configurationEnvironment(stack)) === undefined;
}

/** Docker's names for the container that a server runs in and the volume that holds its data. */
export interface ServerContainer {
  container: string;
  volume: string;
}

/** The container of a stack's server according to its settings; null if they name none. Does not ask the Docker engine. */
export function readContainer(stack: string): ServerContainer | null {
  const docker = readDockerSettings(stack, configurationEnvironment(stack));
  if (docker === undefined || "faults" in docker) return null;
  const { containers, data } = dockerNames(docker.settings);
  // The first one is the server's.
  const [container] = containers;
  return container === undefined ? null : { container, volume: data };
}
