import type Dockerode from "dockerode";

import { ifExists } from "@hosterizer/docker-engine/engineResponses";

/** Tells a twin from a container that somebody else has made. */
const twinLabel = "hosterizer.twin-of";

/**
 * Makes a container beside another one, hands it to `use`, and removes it whatever happens. It is not started. One that a
 * killed update has left makes way.
 *
 * @param container name of the other one, which need not be there
 * @throws the engine's refusal to make it, as it is
 */
export async function withTwin<T>(
  engine: Dockerode,
  container: string,
  options: Omit<Dockerode.ContainerCreateOptions, "name" | "Labels">,
  use: (twin: Dockerode.Container) => Promise<T>,
): Promise<T> {
  await removeTwin(engine, container);
  const Labels = { [twinLabel]: container };
  const twin = await engine.createContainer({ ...options, name: `${container}-twin`, Labels });
  try {
    return await use(twin);
  } finally {
    await ifExists(twin.remove({ force: true, v: true }));
  }
}

/** Removes the twin of a container that a killed update has left. */
export async function removeTwin(engine: Dockerode, container: string): Promise<void> {
  const twin = engine.getContainer(`${container}-twin`);
  const found = await ifExists(twin.inspect());
  if (found?.Config.Labels[twinLabel] === container)
    await ifExists(twin.remove({ force: true, v: true }));
}
