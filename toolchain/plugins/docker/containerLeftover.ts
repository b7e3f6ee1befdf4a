import type Dockerode from "dockerode";

import type { State } from "../protocol/resourceSchema";
import { findContainer } from "./containerFind";
import { removeContainer } from "./containerRemoval";
import type { containerSchema } from "./containerSchema";
import { fingerprintLabel } from "./containerSpec";

/**
 * Makes way for a new container where an update that was killed has left one of the same name: one that never ran, or one
 * that this plugin made from the very same configuration.
 *
 * @throws if any other container has the name
 */
export async function removeLeftover(
  engine: Dockerode,
  planned: State<typeof containerSchema>,
  fingerprint: string | undefined,
): Promise<void> {
  const found = await findContainer(engine, planned.name);
  if (found === undefined) return;
  const neverRan = found.State.Status === "created" && found.State.StartedAt.startsWith("0001-");
  const isSame = found.Config.Labels[fingerprintLabel] === fingerprint;
  if (!neverRan && !isSame) {
    const short = found.Id.slice(0, 12);
    throw new Error(
      `there is a container of that name already (${short}, ${found.State.Status}), which this stack does not know.\n` +
        `Look at it with "docker inspect ${short}". If nothing needs it, remove it with "docker rm --force ${short}"; its named volumes stay.`,
    );
  }
  await removeContainer(engine.getContainer(found.Id), planned);
}
