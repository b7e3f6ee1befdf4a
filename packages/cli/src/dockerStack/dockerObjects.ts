import { setTimeout as sleep } from "node:timers/promises";

import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { DeclarationErrors, UserError } from "@hosterizer/postgres/userError";
import type { DockerSettings } from "../program";
import { readDockerSettings } from "../stack/readInstanceSettings";
import type { ResourceState } from "../stack/state";
import { recoveredAt, withoutMoment } from "./dataVolumes";
import { engine, requireEngine } from "./engine";
import { findUnfinishedVolume } from "./unfinishedVolume";

/** The names of a stack's objects in the engine, all with one prefix. */
export interface DockerNames {
  containers: readonly string[];
  /** The one of them that takes backups. */
  backup: string;
  /** The one that a recovery creates for a moment. */
  recovery: string;
  /** Containers that an update creates beside them for a moment, and that a killed update leaves. */
  twins: readonly string[];
  network: string;
  /** The volumes that an update creates again. */
  configuration: readonly string[];
  /** The one of them with the configuration and the key of the backups. */
  backupConfiguration: string;
  /** The volume with the database, which outlives the stack. */
  data: string;
  /** What the volumes are called that recoveries have left beside it, apart from the moment at their end. */
  dataOfAnyTime: readonly string[];
  /** The volume with the backups, which outlives the stack, too. */
  repository: string;
  /** Repositories of the images. */
  images: readonly string[];
}

/** @param settings the stack's; `dataVolume` is set after a recovery */
export function dockerNames({
  dockerName: prefix,
  dataVolume = `${prefix}-data`,
}: Pick<DockerSettings, "dockerName" | "dataVolume">): DockerNames {
  const programs = [`${prefix}-postgresql`, `${prefix}-pgbouncer`, `${prefix}-backup`];
  return {
    containers: programs,
    backup: `${prefix}-backup`,
    recovery: `${prefix}-recovery`,
    backupConfiguration: `${prefix}-backup-configuration`,
    twins: [...programs.map((name) => `${name}-twin`), `${prefix}-recovery`],
    network: prefix,
    configuration: [
      ...programs.map((name) => `${name}-configuration`),
      `${prefix}-socket`,
      `${prefix}-drill`,
    ],
    data: dataVolume,
    dataOfAnyTime: [...new Set([`${prefix}-data`, withoutMoment(dataVolume)])],
    repository: `${prefix}-backup`,
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
  return dockerNames(docker.settings);
}

/** A stack's objects that exist in the engine, by name; images with their tags. */
export interface DockerObjects {
  containers: string[];
  networks: string[];
  images: string[];
  /** Those with the programs' configuration and keys. */
  volumes: string[];
  /** Those that a recovery was filling when it was killed: what they have is not whole, and was not scrubbed. */
  unfinished: string[];
  data: DataVolume | undefined;
  /** Those with data that recoveries have left beside it, oldest first: the data before, and what is not in place. */
  otherData: DataVolume[];
  repository: DataVolume | undefined;
}

/** A volume that outlives the stack. */
export interface DataVolume {
  name: string;
  /** Bytes; undefined where the engine does not say. */
  size: number | undefined;
}

/** Looks in the engine for everything that has one of a stack's names. */
export async function findObjects(names: DockerNames): Promise<DockerObjects> {
  const docker = engine();
  const sizes = readVolumeSizes();
  const [containers, networks, images, volumes, unfinished, data, dated, repository] =
    await Promise.all([
      existing([...names.twins, ...names.containers], (name) =>
        docker.getContainer(name).inspect(),
      ),
      existing([names.network], (name) => docker.getNetwork(name).inspect()),
      imagesOf(names.images),
      existing(names.configuration, (name) => docker.getVolume(name).inspect()),
      findUnfinishedVolume(names),
      findVolume(names.data, sizes),
      findOtherData(names, sizes),
      findVolume(names.repository, sizes),
    ]);
  // Each stack has that volume, also one whose backups are off.
  const isUnused = repository?.size !== undefined && repository.size <= emptyFolder;
  return {
    ...{ containers, networks, images, data },
    unfinished: unfinished === undefined ? [] : [unfinished],
    otherData: dated.filter(({ name }) => name !== unfinished),
    volumes: isUnused ? [...volumes, repository.name] : volumes,
    repository: isUnused ? undefined : repository,
  };
}

/** Bytes of a volume without files, at most. */
const emptyFolder = 4096;

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

async function findVolume(
  name: string,
  sizes: Promise<VolumeSizes>,
): Promise<DataVolume | undefined> {
  if ((await ifExists(engine().getVolume(name).inspect())) === undefined) return undefined;
  return { name, size: (await sizes).get(name) };
}

async function findOtherData(
  { data, dataOfAnyTime }: DockerNames,
  sizes: Promise<VolumeSizes>,
): Promise<DataVolume[]> {
  const { Volumes } = await engine().listVolumes();
  const names = Volumes.map(({ Name }) => Name).filter(
    (name) => name !== data && dataOfAnyTime.includes(withoutMoment(name)),
  );
  const byTime = names.sort((one, other) =>
    (recoveredAt(one) ?? "").localeCompare(recoveredAt(other) ?? ""),
  );
  const known = await sizes;
  return byTime.map((name) => ({ name, size: known.get(name) }));
}

/** Bytes in each volume. */
type VolumeSizes = ReadonlyMap<string, number>;

/** The engine reports the size of a volume only together with all others, and to one client at a time. */
async function readVolumeSizes(): Promise<VolumeSizes> {
  for (let attempt = 1; attempt <= 20; attempt++) {
    try {
      const { Volumes } = (await engine().df()) as DiskUsage;
      const known = (Volumes ?? []).map(
        ({ Name, UsageData }) => [Name, UsageData?.Size ?? -1] as const,
      );
      return new Map(known.filter(([, size]) => size >= 0));
    } catch (error) {
      if (!(error instanceof Error) || !/already running/.test(error.message)) throw error;
      await sleep(250);
    }
  }
  return new Map();
}

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemDataUsage */
interface DiskUsage {
  Volumes?: { Name: string; UsageData?: { Size: number } | null }[] | null;
}

/** Containers and networks that have a stack's names but are not in its state, and the volume of a recovery that is one of them. */
export async function findUntracked(
  names: DockerNames,
  resources: readonly ResourceState[],
): Promise<Pick<DockerObjects, "containers" | "networks" | "unfinished">> {
  const { containers, networks, unfinished } = await findObjects(names);
  const ours = resources.filter(({ type }) => type.startsWith("docker:"));
  const known = new Set(ours.map(({ inputs }) => inputs?.["name"]));
  const isUntracked = (name: string) => !known.has(name);
  return {
    ...{ containers: containers.filter(isUntracked), networks: networks.filter(isUntracked) },
    unfinished,
  };
}

/** How long a server has to write its data to disk before it is killed, in seconds. */
const stopTimeout = 120;

/** Removes a stack's objects, but never a volume with its database or its backups. An object that no longer exists is not a fault. */
export async function removeObjects(found: Partial<DockerObjects>): Promise<void> {
  const docker = engine();
  const { containers = [], networks = [], volumes = [], unfinished = [], images = [] } = found;
  // An object goes before those that it uses.
  for (const name of containers) {
    const container = docker.getContainer(name);
    await ifExists(container.stop({ t: stopTimeout }));
    await ifExists(container.remove({ force: true, v: true }));
  }
  for (const name of networks) await ifExists(docker.getNetwork(name).remove());
  for (const name of [...volumes, ...unfinished]) await ifExists(docker.getVolume(name).remove());
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
