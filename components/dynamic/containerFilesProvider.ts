import { buffer } from "node:stream/consumers";
import { isDeepStrictEqual } from "node:util";

import type Dockerode from "dockerode";
import { extract } from "tar-stream";

import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import type { Difference } from "@hosterizer/postgres/convergence/difference";
import type { ContainerFilesInputs, FilesPlace, VolumeFile } from "./containerFiles";
import { engine } from "./dockerEngine";
import { driftLines, hasUnknown } from "./drift";
import { makeProvider } from "./provider";
import { putFiles, removeTwin, withTwin } from "./twin";

/** `written`: when they were or are to be written, in ISO 8601, by the engine's clock. */
type Inputs = ContainerFilesInputs & { written: string };

export const provider = makeProvider<ContainerFilesInputs, Inputs>({
  id: ({ volume }) => volume,
  compared: (inputs) => [inputs.written, declared(inputs)],
  // Another volume has its own files; those in the old one are deleted with it.
  replacedBy: "volume",
  /** Adds `written`, and `drift`: which files have changed. */
  check: async (olds, news) => {
    // A file that this update writes, here or elsewhere, has not drifted.
    const isSame = isDeepStrictEqual(declared(olds), declared(news));
    const isReadable = isSame && !hasUnknown(declared(news));
    const found = isReadable ? await readFileDrift(engine(), news, news.files) : [];
    const kept = isReadable && found.length === 0 ? olds.written : undefined;
    const written = kept ?? (await engineTime(engine()));
    return { inputs: { ...news, written, drift: driftLines(found) } };
  },
  apply: async (inputs) => {
    await writeFiles(engine(), inputs, inputs.image, inputs.files);
    return inputs;
  },
  /** Leaves the files to their volume, which a leftover twin would keep from being removed. */
  remove: ({ container }) => removeTwin(engine(), container),
});

/** The engine notes by this clock when it starts a container. */
async function engineTime(engine: Dockerode): Promise<string> {
  const { SystemTime } = (await engine.info()) as { SystemTime: string };
  return new Date(SystemTime).toISOString();
}

/** Without the image: it is only what they are written through. */
function declared({ volume, path, container, files }: Partial<ContainerFilesInputs>) {
  return [volume, path, container, files];
}

/** The kinds of drift of a container's files. */
export const volumeFileKinds = ["container file", "container file missing"] as const;

declare module "@hosterizer/postgres/convergence/difference" {
  interface DifferenceKinds {
    volumeFiles: (typeof volumeFileKinds)[number];
  }
}

/** A file as it was found; undefined where something else has its name, such as a folder or a link. */
type FoundFiles = ReadonlyMap<string, VolumeFile | undefined>;

/**
 * How the files of a volume differ from the declared ones. Ignores other files. Starts nothing, and prints no content.
 */
export async function readFileDrift(
  engine: Dockerode,
  place: FilesPlace,
  files: readonly VolumeFile[],
): Promise<Difference[]> {
  const found = await readFiles(engine, place.volume);
  if (found === undefined) return [notReadable(place)];
  return files.flatMap((file) => compareFile(place, file, found.get(file.file)));
}

/**
 * Writes files into a volume, each with its owner and mode. Other files in it stay.
 *
 * @param image of a container that is created for this and never started: the engine writes into a volume only through one
 */
export async function writeFiles(
  engine: Dockerode,
  { volume, path, container }: FilesPlace,
  image: string,
  files: readonly VolumeFile[],
): Promise<void> {
  const HostConfig = { Binds: [`${volume}:${path}`], NetworkMode: "none" };
  await withTwin(engine, container, { Image: image, HostConfig }, (twin) =>
    putFiles(twin, path, files),
  );
}

/** @returns the files at the root of a volume; undefined if no container mounts it, through which the engine could read it */
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

function compareFile(
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

function notReadable({ volume, container }: FilesPlace): Difference {
  const object = `files of container ${container}`;
  const actual = `not looked at yet (no container has the volume ${volume})`;
  const kind = "not looked at yet";
  return { kind, object, expected: "a look at them", actual, repair: "automatic" };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
