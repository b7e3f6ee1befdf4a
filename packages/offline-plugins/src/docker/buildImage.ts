import { resolve } from "node:path";
import { Readable } from "node:stream";

import { EngineUnreachable } from "@hosterizer/docker-engine/connectEngine";
import type { State } from "../protocol/resourceSchema";
import { buildArchive } from "./buildArchive";
import { buildContext } from "./buildContext";
import { followProgress } from "./buildProgress";
import type { buildSchema } from "./buildSchema";
import type { DockerSession } from "./session";

/**
 * Builds an image from a folder, by the engine's own builder, which every engine has, and names it.
 *
 * @throws Error with the step that failed and the last lines of its output
 */
export async function buildImage(
  { engine, cancelled, status }: DockerSession,
  name: string,
  build: State<typeof buildSchema>,
): Promise<void> {
  const context = resolve(build.context);
  const entries = await buildContext(context, build.dockerfile);
  const archive = Readable.from(buildArchive(context, entries), { objectMode: false });
  let failure: unknown;
  archive.once("error", (error) => {
    failure = error;
  });
  const answer = await engine
    .buildImage(archive, {
      t: name,
      dockerfile: build.dockerfile,
      buildargs: { ...build.buildArgs },
      labels: { ...build.label, ...build.labels },
      nocache: build.noCache ?? false,
      pull: build.pullParent ?? false,
      rm: build.remove,
      forcerm: build.forceRemove ?? false,
      abortSignal: cancelled,
      ...(build.target === null ? {} : { target: build.target }),
      ...(build.networkMode === null ? {} : { networkmode: build.networkMode }),
      ...(build.platform === null ? {} : { platform: build.platform }),
    })
    .catch((error: unknown) => {
      // A file that cannot be read breaks the connection off as well.
      throw error instanceof EngineUnreachable ? (failure ?? error) : error;
    });
  await followProgress(answer, cancelled, (step) => {
    status(`${name}: ${step}`);
  });
  for (const tag of build.tags ?? []) {
    if (tag !== name) await engine.getImage(name).tag(splitTag(tag));
  }
}

/** `registry:5000/name:tag` → the name and the tag; none is `latest`. */
export function splitTag(reference: string): { repo: string; tag: string } {
  const colon = reference.lastIndexOf(":");
  if (colon <= reference.lastIndexOf("/")) return { repo: reference, tag: "latest" };
  return { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}
