import { CommandError } from "../commandError";
import type { DockerNames } from "../dockerStack/dockerNames";
import { findStrangers } from "../dockerStack/findStrangers";
import type { ResourceState } from "./resolvePending";

/**
 * Sees to it that a stack which is made anew does not meet another one of its name: somebody may be using it.
 *
 * @throws CommandError if its containers or network are there, and the state knows of nothing in Docker
 */
export async function refuseStrangers(
  stack: string,
  names: DockerNames,
  resources: readonly ResourceState[],
): Promise<void> {
  // A part of the stack is its own: an update may have failed halfway.
  if (resources.some(({ type }) => type.startsWith("docker:"))) return;
  const { containers, networks } = await findStrangers(names, resources);
  const strangers = [
    ...containers.map((name) => `container ${name}`),
    ...networks.map((name) => `network ${name}`),
  ];
  if (strangers.length === 0) return;
  throw new CommandError(
    `The state of stack ${stack} knows nothing of what is there in Docker already: ${strangers.join(", ")}. Another state has made it.`,
    `Bring that state back, or set another hosterizer-database:dockerName in Pulumi.${stack}.yaml.\n` +
      `If that state is lost: npm run destroy -- --stack ${stack} removes these and keeps the data, which the next up takes over.`,
  );
}
