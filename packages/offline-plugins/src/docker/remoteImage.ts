import { engineMessage } from "@hosterizer/docker-engine/engineResponses";
import type { Observed } from "../protocol/resourceSchema";
import { type LiveObject, resourceType } from "../protocol/resourceType";
import { buildFaults } from "./buildFaults";
import { buildImage } from "./buildImage";
import { findImage, type FoundImage } from "./imageFind";
import { pullImage } from "./imagePull";
import { remoteImageSchema } from "./remoteImageSchema";
import type { DockerSession } from "./session";
import { statusOf } from "./statusOf";

/** `docker.RemoteImage`: an image that is built here, or one that is pulled unless the engine has it. */
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
    return present(await findImage(session.engine, name), name, planned);
  },

  read: async ({ engine }, id, prior) => {
    // Of an imported image only the id is known, which ends in its name.
    const name = prior.name ?? id.replace(/^sha256:[0-9a-f]{64}/, "");
    const found = await findImage(engine, name);
    return found === undefined ? undefined : live(found, name, prior);
  },

  // Only what happens at its end can change, and that is kept in the state.
  update: async ({ engine }, _old, planned) =>
    present(await findImage(engine, planned.name), planned.name, planned),

  delete: async ({ engine }, { name, imageId, keepLocally, forceRemove }) => {
    if (keepLocally === true) return;
    const found = await findImage(engine, name);
    // Its successor may have taken over the name; what is left of it then has none.
    const reference = found === undefined || found.id === imageId ? name : (imageId ?? name);
    try {
      await engine.getImage(reference).remove({ force: forceRemove === true });
    } catch (error) {
      if (statusOf(error) === 404) return;
      if (!(error instanceof Error) || statusOf(error) !== 409) throw error;
      throw new Error(
        `Docker: ${engineMessage(error)}.\nRemove that container first, or give the image keepLocally: true`,
        { cause: error },
      );
    }
  },
});

type ImageState = Observed<typeof remoteImageSchema>;

function present(found: FoundImage | undefined, name: string, state: ImageState) {
  if (found !== undefined) return live(found, name, state);
  throw new Error(`the image was removed again while it was made: make sure that nobody prunes`);
}

function live(
  { id, repoDigest }: FoundImage,
  name: string,
  state: ImageState,
): LiveObject<typeof remoteImageSchema> {
  return { id: `${id}${name}`, state: { ...state, name, imageId: id, repoDigest } };
}
