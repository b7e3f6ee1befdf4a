import { buffer } from "node:stream/consumers";

import type Dockerode from "dockerode";
import { extract, pack } from "tar-stream";

import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { ifExists } from "@hosterizer/docker-engine/engineResponses";
import { withTwin } from "./twin";

/** The kinds of drift of a container's files. */
export const volumeFileKinds = ["container file", "container file missing"] as const;

/** A file of a volume. */
export interface VolumeFile {
  /** Its name; the file is at the root of the volume. */
  file: string;
  content: string;
  /** Id of the user and the group that it belongs to. */
  owner: number;
  /** Permission bits, such as 0o600. */
  mode: number;
}

/** Where a container finds its files. */
export interface FilesPlace {
  volume: string;
  /** Where the container has the volume. */
  path: string;
  /** Name of the container. */
  container: string;
}

/** A file as it was found; undefined in the place of a file: something else is there, such as a folder or a link. */
type FoundFiles = ReadonlyMap<string, VolumeFile | undefined>;

/**
 * How the files of a volume differ from the declared ones. Others that are there count for nothing. Starts nothing, and tells
 * no content.
 */
export async function readFileDrift(
  engine: Dockerode,
  place: FilesPlace,
  files: readonly VolumeFile[],
): Promise<Difference[]> {
  const found = await readFiles(engine, place.volume);
  if (found === undefined) return [notLookedAt(place)];
  return files.flatMap((file) => departure(place, file, found.get(file.file)));
}

/**
 * Writes files into a volume, each with its owner and mode. Others that are there stay.
 *
 * @param image of which a container is made for it, and never started: the engine writes into no volume otherwise
 */
export async function writeFiles(
  engine: Dockerode,
  { volume, path, container }: FilesPlace,
  image: string,
  files: readonly VolumeFile[],
): Promise<void> {
  const archive = await archiveOf(files);
  const HostConfig = { Binds: [`${volume}:${path}`], NetworkMode: "none" };
  await withTwin(engine, container, { Image: image, HostConfig }, (twin) =>
    twin.putArchive(archive, { path }),
  );
}

/** @returns the files at the root of a volume; undefined if no container has it, through which the engine could read it */
async function readFiles(engine: Dockerode, volume: string): Promise<FoundFiles | undefined> {
  const users = await engine.listContainers({ all: true, filters: { volume: [volume] } });
  for (const { Id } of users) {
    const container = engine.getContainer(Id);
    const mounts = (await ifExists(container.inspect()))?.Mounts ?? [];
    const mount = mounts.find(({ Name }) => Name === volume);
    if (mount === undefined) continue;
    const archive = await ifExists(container.getArchive({ path: mount.Destination }));
    if (archive !== undefined) return filesOf(await buffer(archive));
  }
  return undefined;
}

/** The files as an archive that the engine takes. */
export async function archiveOf(files: readonly VolumeFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { file, content, owner, mode } of files)
    archive.entry({ name: file, mode, uid: owner, gid: owner, mtime: new Date() }, content);
  archive.finalize();
  return buffer(archive);
}

async function filesOf(archive: Buffer): Promise<FoundFiles> {
  const found = new Map<string, VolumeFile | undefined>();
  const entries = extract();
  entries.end(archive);
  for await (const entry of entries) {
    const { name, type, uid, mode } = entry.header;
    const content = await buffer(entry);
    // The engine puts the folder's own name before each.
    const [, file = "", ...deeper] = name.replace(/\/$/, "").split("/");
    if (file === "" || deeper.length > 0) continue;
    const isFile = type === "file";
    const text = content.toString("utf8");
    found.set(file, isFile ? { file, content: text, owner: uid, mode: mode & 0o7777 } : undefined);
  }
  return found;
}

function departure(
  { path, container }: FilesPlace,
  wanted: VolumeFile,
  found: VolumeFile | undefined,
): Difference[] {
  const object = `file ${path}/${wanted.file} of container ${container}`;
  if (found === undefined)
    return [difference("container file missing", object, "a file as declared", null)];
  const actual = [
    ...(found.content === wanted.content ? [] : ["another content"]),
    ...(found.owner === wanted.owner ? [] : [`owner ${found.owner}`]),
    ...(found.mode === wanted.mode ? [] : [`mode ${octal(found.mode)}`]),
  ];
  if (actual.length === 0) return [];
  const expected = `the declared content, owner ${wanted.owner}, mode ${octal(wanted.mode)}`;
  return [difference("container file", object, expected, actual.join(", "))];
}

function difference(
  kind: (typeof volumeFileKinds)[number],
  object: string,
  expected: string,
  actual: string | null,
): Difference {
  return { kind, object, expected, actual, repair: "automatic" };
}

function notLookedAt({ volume, container }: FilesPlace): Difference {
  const object = `files of container ${container}`;
  const actual = `not looked at yet (no container has the volume ${volume})`;
  const found = { kind: "not looked at yet", object, expected: "a look at them", actual };
  return { ...found, repair: "automatic" };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
