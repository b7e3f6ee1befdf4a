import { engine } from "./engine";
import type { FoundThings } from "./findThings";
import { ifThere } from "./ifThere";

/** Removes what was found of a stack, but never the volume with its database. What is gone in the meantime is no fault. */
export async function removeThings(found: FoundThings): Promise<void> {
  const docker = engine();
  // Whatever uses something goes before it.
  for (const name of found.containers) {
    await ifThere(docker.getContainer(name).remove({ force: true, v: true }));
  }
  for (const name of found.networks) await ifThere(docker.getNetwork(name).remove());
  for (const name of found.volumes) await ifThere(docker.getVolume(name).remove());
  for (const name of found.images) await ifThere(docker.getImage(name).remove());
}
