import { engine } from "../engine";

/** Every container, network, volume and image whose name begins with a prefix, as `kind name`. */
export async function foundByPrefix(prefix: string): Promise<string[]> {
  const begins = { name: [prefix] };
  const containers = await engine.listContainers({ all: true, filters: begins });
  const networks = await engine.listNetworks({ filters: begins });
  const { Volumes } = await engine.listVolumes({ filters: begins });
  const images = await engine.listImages({ filters: { reference: [`${prefix}-*`] } });
  return [
    ...containers.map(({ Names: [name = ""] }) => `container ${name.slice(1)}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...Volumes.map(({ Name }) => `volume ${Name}`),
    ...images.flatMap(({ RepoTags }) => (RepoTags ?? []).map((tag) => `image ${tag}`)),
  ];
}
