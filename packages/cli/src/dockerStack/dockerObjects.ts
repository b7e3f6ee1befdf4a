import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { DeclarationErrors, UserError } from "@hosterizer/postgres/userError";
import { readDockerSettings } from "../stack/readInstanceSettings";
import type { ResourceState } from "../stack/state";
import { engine, requireEngine } from "./engine";

/** The names of a stack's objects in the engine, all with one prefix. */
export interface DockerNames {
  containers: readonly string[];
  /** Containers that an update creates beside them for a moment, and that a killed update leaves. */
  twins: readonly string[];
  network: string;
  /** The volumes that an update creates again. */
  configuration: readonly string[];
  /** The volume with the database, which outlives the stack. */
  data: string;
  /** Repositories of the images. */
  images: readonly string[];
}

/** @param prefix `dockerName` in the stack's settings */
export function dockerNames(prefix: string): DockerNames {
  const programs = [`${prefix}-postgresql`, `${prefix}-pgbouncer`];
  return {
    containers: programs,
    twins: programs.map((name) => `${name}-twin`),
    network: prefix,
    configuration: programs.map((name) => `${name}-configuration`),
    data: `${prefix}-data`,
    images: programs,
  };
}

/**
 * The names of a stack's objects in a Docker engine that answers; undefined for a stack that does not run in Docker.
 *
 * @throws DeclarationErrors if the settings have faults: the names follow from them
 * @throws UserError if no engine answers
 */
export async function namesInDocker(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<DockerNames | undefined> {
  const docker = readDockerSettings(stack, environment);
  if (docker === undefined) return undefined;
  if ("faults" in docker) throw new DeclarationErrors(docker.faults);
  await requireEngine(stack);
  return dockerNames(docker.settings.dockerName);
}

/** A stack's objects that exist in the engine, by name; images with their tags. */
export interface DockerObjects {
  containers: string[];
  networks: string[];
  images: string[];
  /** Those with the programs' configuration and keys. */
  volumes: string[];
  data: DataVolume | undefined;
}

/** The volume with the database. */
export interface DataVolume {
  name: string;
  /** Bytes; undefined where the engine does not say. */
  size: number | undefined;
}

/** Looks in the engine for everything that has one of a stack's names. */
export async function findObjects(names: DockerNames): Promise<DockerObjects> {
  const docker = engine();
  const [containers, networks, images, volumes, data] = await Promise.all([
    existing([...names.twins, ...names.containers], (name) => docker.getContainer(name).inspect()),
    existing([names.network], (name) => docker.getNetwork(name).inspect()),
    imagesOf(names.images),
    existing(names.configuration, (name) => docker.getVolume(name).inspect()),
    findData(names.data),
  ]);
  return { containers, networks, images, volumes, data };
}

async function existing(
  names: readonly string[],
  inspect: (name: string) => Promise<object>,
): Promise<string[]> {
  const found = await Promise.all(names.map((name) => ifExists(inspect(name))));
  return names.filter((_, index) => found[index] !== undefined);
}

async function imagesOf(repositories: readonly string[]): Promise<string[]> {
  const filters = { reference: [...repositories] };
  const images = await engine().listImages({ filters });
  return images.flatMap(({ RepoTags }) => RepoTags ?? []).sort();
}

async function findData(name: string): Promise<DataVolume | undefined> {
  const docker = engine();
  if ((await ifExists(docker.getVolume(name).inspect())) === undefined) return undefined;
  // The engine reports the size of a volume only together with all others.
  const { Volumes } = (await docker.df()) as DiskUsage;
  const size = Volumes?.find(({ Name }) => Name === name)?.UsageData?.Size;
  return { name, size: size === undefined || size < 0 ? undefined : size };
}

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemDataUsage */
interface DiskUsage {
  Volumes?: { Name: string; UsageData?: { Size: number } | null }[] | null;
}

/** Containers and networks that have a stack's names but are not in its state. */
export async function findUntracked(
  names: DockerNames,
  resources: readonly ResourceState[],
): Promise<Pick<DockerObjects, "containers" | "networks">> {
  const { containers, networks } = await findObjects(names);
  const ours = resources.filter(({ type }) => type.startsWith("docker:"));
  const known = new Set(ours.map(({ inputs }) => inputs?.["name"]));
  const isUntracked = (name: string) => !known.has(name);
  return { containers: containers.filter(isUntracked), networks: networks.filter(isUntracked) };
}

/** How long a server has to write its data to disk before it is killed, in seconds. */
const stopTimeout = 120;

/** Removes a stack's objects, but never the volume with its database. An object that no longer exists is not a fault. */
export async function removeObjects(found: Partial<DockerObjects>): Promise<void> {
  const docker = engine();
  const { containers = [], networks = [], volumes = [], images = [] } = found;
  // An object goes before those that it uses.
  for (const name of containers) {
    const container = docker.getContainer(name);
    await ifExists(container.stop({ t: stopTimeout }));
    await ifExists(container.remove({ force: true, v: true }));
  }
  for (const name of networks) await ifExists(docker.getNetwork(name).remove());
  for (const name of volumes) await ifExists(docker.getVolume(name).remove());
  for (const name of images) await ifExists(docker.getImage(name).remove());
}

const inUse = 409;

/**
 * Removes a volume with all data in it.
 *
 * @throws UserError if a container uses it
 */
export async function removeVolume(name: string): Promise<void> {
  try {
    await ifExists(engine().getVolume(name).remove());
  } catch (cause) {
    if ((cause as { statusCode?: number }).statusCode !== inUse) throw cause;
    throw new UserError(
      `The volume ${name} was not removed: a container uses it.`,
      `\`docker ps --all --filter volume=${name}\` lists the container. Remove it, then the volume: docker volume rm ${name}`,
      { cause },
    );
  }
}
