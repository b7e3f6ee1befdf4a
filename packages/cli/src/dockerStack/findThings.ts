import type { DockerNames } from "./dockerNames";
import { engine } from "./engine";
import { ifThere } from "./ifThere";

/** What is there of a stack in the engine, by name; images with their tags. */
export interface FoundThings {
  containers: string[];
  networks: string[];
  images: string[];
  /** Those with the programs' configuration and keys. */
  volumes: string[];
  data: FoundVolume | undefined;
}

/** The volume with the database. */
export interface FoundVolume {
  name: string;
  /** Bytes; undefined where the engine does not tell. */
  size: number | undefined;
}

/** Looks in the engine for everything that has one of a stack's names. */
export async function findThings(names: DockerNames): Promise<FoundThings> {
  const docker = engine();
  const [containers, networks, images, volumes, data] = await Promise.all([
    which([...names.twins, ...names.containers], (name) => docker.getContainer(name).inspect()),
    which([names.network], (name) => docker.getNetwork(name).inspect()),
    imagesOf(names.images),
    which(names.configuration, (name) => docker.getVolume(name).inspect()),
    findVolume(names.data),
  ]);
  return { containers, networks, images, volumes, data };
}

async function which(
  names: readonly string[],
  inspect: (name: string) => Promise<object>,
): Promise<string[]> {
  const found = await Promise.all(names.map((name) => ifThere(inspect(name))));
  return names.filter((_, index) => found[index] !== undefined);
}

async function imagesOf(repositories: readonly string[]): Promise<string[]> {
  const filters = { reference: [...repositories] };
  const images = await engine().listImages({ filters });
  return images.flatMap(({ RepoTags }) => RepoTags ?? []).sort();
}

async function findVolume(name: string): Promise<FoundVolume | undefined> {
  const docker = engine();
  if ((await ifThere(docker.getVolume(name).inspect())) === undefined) return undefined;
  // The engine tells no volume's size alone.
  const { Volumes } = (await docker.df()) as DiskUsage;
  const size = Volumes?.find(({ Name }) => Name === name)?.UsageData?.Size;
  return { name, size: size === undefined || size < 0 ? undefined : size };
}

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemDataUsage */
interface DiskUsage {
  Volumes?: { Name: string; UsageData?: { Size: number } | null }[] | null;
}
