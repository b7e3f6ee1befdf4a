import type Dockerode from "dockerode";

import { statusOf } from "./statusOf";

/**
 * Looks for a container.
 *
 * @param reference its id or its name
 * @returns undefined if there is none
 */
export async function findContainer(
  engine: Dockerode,
  reference: string,
): Promise<Dockerode.ContainerInspectInfo | undefined> {
  try {
    return await engine.getContainer(reference).inspect();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
