import type Dockerode from "dockerode";

import type { Observed, State } from "../protocol/resourceSchema";
import type { containerSchema } from "./containerSchema";
import { statusOf } from "./session";

/** Connects a new container to its declared networks and disconnects it from the default one. */
export async function connectNetworks(
  engine: Dockerode,
  container: Dockerode.Container,
  { networksAdvanced, networkMode }: State<typeof containerSchema>,
): Promise<void> {
  const networks = networksAdvanced ?? [];
  if (networks.length === 0) return;
  await engine.getNetwork(networkMode).disconnect({ Container: container.id });
  for (const { name, aliases } of networks) {
    const { Id } = await findNetwork(engine, name);
    await connect(engine, container, Id, aliases);
  }
}

/**
 * Connects a container, before it starts again, to networks that it was disconnected from or that were recreated. A network
 * that was recreated under its old name is a different one for the engine, which would refuse to start the container.
 */
export async function reconnectNetworks(
  engine: Dockerode,
  container: Dockerode.Container,
  { networksAdvanced }: State<typeof containerSchema>,
): Promise<void> {
  const { NetworkSettings } = await container.inspect();
  for (const { name, aliases } of networksAdvanced ?? []) {
    const network = await findNetwork(engine, name);
    const present = NetworkSettings.Networks[network.Name];
    if (present?.NetworkID === network.Id) continue;
    if (present !== undefined)
      await engine.getNetwork(network.Name).disconnect({ Container: container.id, Force: true });
    await connect(engine, container, network.Id, aliases);
  }
}

/** The names of the declared networks that a container is not connected to. */
export function missingNetworks(
  { NetworkSettings }: Dockerode.ContainerInspectInfo,
  { networksAdvanced }: Pick<Observed<typeof containerSchema>, "networksAdvanced">,
): string[] {
  const connected = Object.entries(NetworkSettings.Networks).flatMap(([name, { NetworkID }]) => [
    name,
    NetworkID,
  ]);
  return (networksAdvanced ?? [])
    .map(({ name }) => name)
    .filter((name) => !connected.includes(name));
}

/** Fails here, because the engine accepts the name of a missing network and then refuses to start the container. */
async function findNetwork(
  engine: Dockerode,
  name: string,
): Promise<Pick<Dockerode.NetworkInspectInfo, "Id" | "Name">> {
  try {
    return await engine.getNetwork(name).inspect();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new Error(
      `network "${name}" does not exist. Take its name in "networksAdvanced" from a docker.Network.`,
      { cause: error },
    );
  }
}

async function connect(
  engine: Dockerode,
  container: Dockerode.Container,
  network: string,
  aliases: readonly string[] | null,
): Promise<void> {
  await engine.getNetwork(network).connect({
    Container: container.id,
    EndpointConfig: { Aliases: [...(aliases ?? [])] },
  });
}
