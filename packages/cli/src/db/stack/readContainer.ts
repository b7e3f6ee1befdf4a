import { dockerNames } from "../../dockerStack/dockerObjects";
import { readDockerSettings } from "../../stack/readInstanceSettings";
import { configurationEnvironment } from "./configurationEnvironment";

/** What the engine knows a stack's server and its data by. */
export interface ServerContainer {
  container: string;
  volume: string;
}

/** The container of a stack's server, as its settings have it; null if they have none. Asks no engine. */
export function readContainer(stack: string): ServerContainer | null {
  const docker = readDockerSettings(stack, configurationEnvironment(stack));
  if (docker === undefined || "faults" in docker) return null;
  const { containers, data } = dockerNames(docker.settings.dockerName);
  // The first of them is the server's.
  const [container] = containers;
  return container === undefined ? null : { container, volume: data };
}
