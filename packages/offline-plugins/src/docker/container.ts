import { resourceType } from "../protocol/resourceType";
import { containerFaults } from "./containerFaults";
import { findContainer } from "./containerFind";
import { connectNetworks, missingNetworks, reconnectNetworks } from "./containerNetworks";
import { waitUntilReady } from "./containerReady";
import { removeContainer } from "./containerRemoval";
import { containerSchema } from "./containerSchema";
import { containerSpec, memoryLimits } from "./containerSpec";
import { containerState } from "./containerState";
import { uploadFiles } from "./containerUploads";
import type { DockerSession } from "./session";
import { statusOf } from "./statusOf";

/**
 * `docker.Container`. Its networks and uploads are there before it starts; with `wait` it counts as created once it is healthy.
 *
 * A container that cannot be brought up is removed, so that the next update can try again.
 */
export const container = resourceType<DockerSession, typeof containerSchema>({
  token: "docker:index/container:Container",
  schema: containerSchema,
  meta: JSON.stringify({
    // Nanoseconds: the bridge's default timeouts, twenty minutes each.
    "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0": { create: 12e11, delete: 12e11, update: 12e11 },
    schema_version: "2",
  }),
  describe: (show) => `container ${show("name")}`,
  faults: containerFaults,

  create: async (session, planned) => {
    const { engine } = session;
    const created = await engine.createContainer(containerSpec(planned)).catch((error: unknown) => {
      if (statusOf(error) !== 404) throw error;
      throw new Error(
        `there is no image "${planned.image}" at the engine. Take "image" from a docker.RemoteImage, or pull it with "docker pull".`,
        { cause: error },
      );
    });
    try {
      await connectNetworks(engine, created, planned);
      await uploadFiles(created, planned);
      if (planned.start) {
        await created.start();
        await waitUntilReady(session, created, planned);
      }
      return containerState(await created.inspect(), planned);
    } catch (error) {
      await removeContainer(created, planned);
      throw error;
    }
  },

  read: async ({ engine, warn }, id, prior) => {
    const found = await findContainer(engine, id);
    if (found === undefined) return undefined;
    const live = containerState(found, prior);
    // The official plugin passes over this. A difference here would replace the container where that one changes nothing.
    for (const network of missingNetworks(found, prior))
      warn(
        `container "${live.state.name ?? id}" is not connected to its network "${network}", and this update will not change that.\n` +
          `Stop the container and run the update again: it connects what it starts.`,
      );
    return live;
  },

  update: async (session, old, planned, id) => {
    const { engine } = session;
    const live = engine.getContainer(id);
    if (
      old.restart !== planned.restart ||
      old.memory !== planned.memory ||
      old.memorySwap !== planned.memorySwap
    )
      await live.update({ RestartPolicy: { Name: planned.restart }, ...memoryLimits(planned) });
    const { State } = await live.inspect();
    if (planned.mustRun && !State.Running) {
      await reconnectNetworks(engine, live, planned);
      await live.start();
      await waitUntilReady(session, live, planned);
    }
    // As the official plugin does: what the engine makes of it, the next refresh reads.
    return { id, state: planned };
  },

  delete: async ({ engine }, old, id) => {
    await removeContainer(engine.getContainer(id), old);
  },
});
