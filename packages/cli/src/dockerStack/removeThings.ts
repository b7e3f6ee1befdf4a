import { engine } from "./engine";
import type { FoundThings } from "./findThings";
import { ifThere } from "./ifThere";

/** How long a server has to write its data down, in seconds, before it is killed. */
const patience = 120;

/** Removes what was found of a stack, but never the volume with its database. What is gone in the meantime is no fault. */
export async function removeThings(found: Partial<FoundThings>): Promise<void> {
  const docker = engine();
  const { containers = [], networks = [], volumes = [], images = [] } = found;
  // Whatever uses something goes before it.
  for (const name of containers) {
    const container = docker.getContainer(name);
    await ifThere(container.stop({ t: patience }));
    await ifThere(container.remove({ force: true, v: true }));
  }
  for (const name of networks) await ifThere(docker.getNetwork(name).remove());
  for (const name of volumes) await ifThere(docker.getVolume(name).remove());
  for (const name of images) await ifThere(docker.getImage(name).remove());
}
