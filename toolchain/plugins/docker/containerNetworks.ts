import type Dockerode from "dockerode";

import type { State } from "../protocol/resourceSchema";
import type { containerSchema } from "./containerSchema";
import { statusOf } from "./statusOf";

/** Connects a new container to its networks, and to no other. */
export async function connectNetworks(
  engine: Dockerode,
  container: Dockerode.Container,
  { networksAdvanced, networkMode }: State<typeof containerSchema>,
): Promise<void> {
  const networks = networksAdvanced ?? [];
  if (networks.length === 0) return;
  await engine.getNetwork(networkMode).disconnect({ Container: container.id });
  for (const { name, aliases } of networks) await connect(engine, container, name, aliases ?? []);
}

/**
 * Connects a container that is to start again where a network was removed or it was disconnected meanwhile. A network that
 * was made anew under its old name is another one for the engine, which would refuse to start the container.
 */
export async function reconnectNetworks(
  engine: Dockerode,
  container: Dockerode.Container,
  { networksAdvanced }: State<typeof containerSchema>,
): Promise<void> {
  const { NetworkSettings } = await container.inspect();
  for (const { name, aliases } of networksAdvanced ?? []) {
    const network = (await engine.getNetwork(name).inspect()) as { Id: string; Name: string };
    const present = NetworkSettings.Networks[network.Name];
    if (present?.NetworkID === network.Id) continue;
    if (present !== undefined)
      await engine.getNetwork(network.Name).disconnect({ Container: container.id, Force: true });
    await connect(engine, container, name, aliases ?? []);
  }
}

async function connect(
  engine: Dockerode,
  container: Dockerode.Container,
  name: string,
  aliases: readonly string[],
): Promise<void> {
  try {
    await engine.getNetwork(name).connect({
      Container: container.id,
      EndpointConfig: { Aliases: [...aliases] },
    });
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new Error(
      `there is no network "${name}". Take its name in "networksAdvanced" from a docker.Network.`,
      { cause: error },
    );
  }
}
