import type Dockerode from "dockerode";

import type { Observed, State } from "../protocol/resourceSchema";
import type { containerSchema } from "./containerSchema";
import { statusOf } from "./session";

/** Connects a new container to its networks, and to no other. */
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
    const network = await findNetwork(engine, name);
    const present = NetworkSettings.Networks[network.Name];
    if (present?.NetworkID === network.Id) continue;
    if (present !== undefined)
      await engine.getNetwork(network.Name).disconnect({ Container: container.id, Force: true });
    await connect(engine, container, network.Id, aliases);
  }
}

/** The networks that a container was declared to be in and is not, by name. */
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

/** The engine would take the name of a network that is not there, and refuse to start the container then. */
async function findNetwork(
  engine: Dockerode,
  name: string,
): Promise<Pick<Dockerode.NetworkInspectInfo, "Id" | "Name">> {
  try {
    return await engine.getNetwork(name).inspect();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new Error(
      `there is no network "${name}". Take its name in "networksAdvanced" from a docker.Network.`,
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
