import type Dockerode from "dockerode";

import type { State } from "../protocol/resourceSchema";
import type { containerSchema } from "./containerSchema";
import { statusOf } from "./statusOf";

/**
 * Stops a container and removes it. Nothing is done where it is gone already.
 *
 * It has `destroyGraceSeconds` to end; without them its own `stopTimeout`, and without that the engine's ten seconds.
 */
export async function removeContainer(
  container: Dockerode.Container,
  {
    destroyGraceSeconds,
    removeVolumes,
  }: Pick<State<typeof containerSchema>, "destroyGraceSeconds" | "removeVolumes">,
): Promise<void> {
  const grace = destroyGraceSeconds ?? 0;
  // 304: it does not run. 404: it is gone.
  await passing([304, 404], () => container.stop(grace > 0 ? { t: grace } : {}));
  // 409: somebody else is removing it.
  await passing([404, 409], () => container.remove({ v: removeVolumes, force: true }));
  await passing([404], () => container.wait({ condition: "removed" }));
}

async function passing(statuses: readonly number[], run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || !statuses.includes(status)) throw error;
  }
}
