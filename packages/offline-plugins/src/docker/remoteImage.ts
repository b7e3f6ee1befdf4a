import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

import { engineMessage } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import type Dockerode from "dockerode";

import { isMap, type PropertyMap } from "../protocol/propertyValue";
import type { Observed } from "../protocol/resourceSchema";
import { type Fault, type LiveObject, resourceType } from "../protocol/resourceType";
import { buildImage, buildSchema, followProgress, splitTag } from "./buildImage";
import { type DockerSession, statusOf } from "./session";

const remoteImageSchema = {
  build: { kind: "object", properties: buildSchema },
  forceRemove: { kind: "boolean" },
  imageId: { kind: "string", computed: true, unserved: true },
  keepLocally: { kind: "boolean" },
  name: { kind: "string", required: true, replaces: true },
  platform: { kind: "string", replaces: true },
  pullTriggers: { kind: "set", replaces: true },
  repoDigest: { kind: "string", computed: true, unserved: true },
  triggers: { kind: "map", replaces: true },
} as const;

/** `docker.RemoteImage`: an image that is built, or pulled unless the engine already has it. */
export const remoteImage = resourceType<DockerSession, typeof remoteImageSchema>({
  token: "docker:index/remoteImage:RemoteImage",
  schema: remoteImageSchema,
  meta: JSON.stringify({
    // Nanoseconds: the bridge's default timeouts, twenty minutes each.
    "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0": { create: 12e11, delete: 12e11, update: 12e11 },
  }),
  describe: (show) => `image ${show("name")}`,
  faults: buildFaults,

  create: async (session, planned) => {
    const { name, build, platform } = planned;
    if (build !== null) await buildImage(session, name, build);
    else if ((await findImage(session.engine, name)) === undefined)
      await pullImage(session, name, platform);
    return existing(await findImage(session.engine, name), name, planned);
  },

  read: async ({ engine }, id, prior) => {
    // For an imported image only the id is known, which ends with the name.
    const name = prior.name ?? id.replace(/^sha256:[0-9a-f]{64}/, "");
    const found = await findImage(engine, name);
    return found === undefined ? undefined : live(found, name, prior);
  },

  // Only the options for its removal can change, and these exist only in the state.
  update: async ({ engine }, _old, planned) =>
    existing(await findImage(engine, planned.name), planned.name, planned),

  delete: async ({ engine }, { name, imageId, keepLocally, forceRemove }) => {
    if (keepLocally === true) return;
    const found = await findImage(engine, name);
    // A replacement may have taken the name already. The old image is then known by its id alone.
    const reference = found === undefined || found.id === imageId ? name : (imageId ?? name);
    try {
      await engine.getImage(reference).remove({ force: forceRemove === true });
    } catch (error) {
      if (statusOf(error) === 404) return;
      if (!(error instanceof Error) || statusOf(error) !== 409) throw error;
      throw new Error(
        `Docker: ${engineMessage(error)}.\nRemove that container first, or set keepLocally: true on the image`,
        { cause: error },
      );
    }
  },
});

type ImageState = Observed<typeof remoteImageSchema>;

function existing(found: FoundImage | undefined, name: string, state: ImageState) {
  if (found !== undefined) return live(found, name, state);
  throw new Error(
    `the image was removed during the update: make sure that nothing prunes images meanwhile`,
  );
}

function live(
  { id, repoDigest }: FoundImage,
  name: string,
  state: ImageState,
): LiveObject<typeof remoteImageSchema> {
  return { id: `${id}${name}`, state: { ...state, name, imageId: id, repoDigest } };
}

/** Checks inputs whose single values are of the right kind. Unknown values pass. */
function buildFaults({ name, build, pullTriggers }: PropertyMap): Fault[] {
  if (!isMap(build)) return [];
  const faults: Fault[] = [];
  if (Array.isArray(pullTriggers) && pullTriggers.length > 0) {
    const reason = '"pullTriggers" is for images that are pulled; use "triggers" with "build"';
    faults.push({ property: "pullTriggers", reason });
  }
  if (typeof name === "string" && name.includes("@")) {
    const reason = `"name": an image that is built cannot be named by a digest, got "${name}"`;
    faults.push({ property: "name", reason });
  }
  const { context, dockerfile } = build;
  if (typeof context !== "string") return faults;
  const folder = resolve(context);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    const reason = `"build.context": folder "${context}" (${folder}) does not exist`;
    faults.push({ property: "build.context", reason });
  } else if (typeof dockerfile === "string" && !existsSync(join(folder, dockerfile))) {
    const reason = `"build.dockerfile": file "${dockerfile}" does not exist in ${folder}`;
    faults.push({ property: "build.dockerfile", reason });
  }
  return faults;
}

/** The parts of an image that the state holds. */
interface FoundImage {
  /** `sha256:…` */
  id: string;
  /** `name@sha256:…` as the registry knows it; empty for an image that was built here. */
  repoDigest: string;
}

/** Finds an image by its name. @returns undefined if the engine does not have it */
async function findImage(engine: Dockerode, name: string): Promise<FoundImage | undefined> {
  try {
    const { Id, RepoDigests } = await engine.getImage(name).inspect();
    return { id: Id, repoDigest: digestOf(name, RepoDigests) };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/**
 * The digest of an image under its name. An image may have one digest for each registry that it came from; a single digest
 * counts even if the image has another name by now.
 *
 * @param digests null, with some engines, for an image that was built here
 */
function digestOf(name: string, digests: readonly string[] | null): string {
  if (digests === null) return "";
  if (digests.length === 1) return digests[0] ?? "";
  const { repo } = splitTag(name.replace(/@.*/, ""));
  return digests.find((digest) => digest.startsWith(`${repo}@`)) ?? "";
}

/**
 * Fetches an image from its registry, without credentials.
 *
 * @throws Error that says why the pull failed
 */
async function pullImage(
  { engine, cancelled, status }: DockerSession,
  name: string,
  platform: string | null,
): Promise<void> {
  status(`${name}: pulling`);
  const options = { abortSignal: cancelled, ...(platform === null ? {} : { platform }) };
  const answer = await engine.pull(name, options);
  await followProgress(answer, cancelled, () => undefined);
}
