import { engine } from "../engine";

/** Removes every container, network, volume and image whose name begins with `prefix`. */
export async function removeAll(prefix: string): Promise<void> {
  const containers = await engine.listContainers({ all: true, filters: { name: [`^/${prefix}`] } });
  for (const { Id } of containers) await engine.getContainer(Id).remove({ force: true, v: true });
  const networks = await engine.listNetworks({ filters: { name: [`^${prefix}`] } });
  for (const { Id } of networks) await engine.getNetwork(Id).remove();
  const { Volumes } = await engine.listVolumes({ filters: { name: [`^${prefix}`] } });
  for (const { Name } of Volumes) await engine.getVolume(Name).remove();
  const images = await engine.listImages({ filters: { reference: [`${prefix}*`] } });
  for (const tag of images.flatMap(({ RepoTags }) => RepoTags ?? []))
    if (tag.startsWith(prefix)) await engine.getImage(tag).remove();
}
