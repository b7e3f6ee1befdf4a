import type { ResourceState } from "../healing/resolvePending";
import type { DockerNames } from "./dockerNames";
import { findThings, type FoundThings } from "./findThings";

/** Containers and networks with the names of a stack, of which its state knows nothing. */
export async function findStrangers(
  names: DockerNames,
  resources: readonly ResourceState[],
): Promise<Pick<FoundThings, "containers" | "networks">> {
  const { containers, networks } = await findThings(names);
  const ours = resources.filter(({ type }) => type.startsWith("docker:"));
  const known = new Set(ours.map(({ inputs }) => inputs?.["name"]));
  const unknown = (name: string) => !known.has(name);
  return { containers: containers.filter(unknown), networks: networks.filter(unknown) };
}
