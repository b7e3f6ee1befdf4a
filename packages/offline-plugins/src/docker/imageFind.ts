import type Dockerode from "dockerode";

import { splitTag } from "./buildImage";
import { statusOf } from "./statusOf";

/** What of an image goes into a state. */
export interface FoundImage {
  /** `sha256:…` */
  id: string;
  /** `name@sha256:…` as the registry knows it; empty for an image that was built here. */
  repoDigest: string;
}

/** Looks for an image at the engine, by its name. @returns undefined if there is none */
export async function findImage(engine: Dockerode, name: string): Promise<FoundImage | undefined> {
  try {
    const { Id, RepoDigests } = await engine.getImage(name).inspect();
    return { id: Id, repoDigest: digestOf(name, RepoDigests) };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/**
 * An image may have come from several registries; one that has come from one alone may have been named anew since.
 *
 * @param digests null, with some engines, for an image that was built here
 */
function digestOf(name: string, digests: readonly string[] | null): string {
  if (digests === null) return "";
  if (digests.length === 1) return digests[0] ?? "";
  const { repo } = splitTag(name.replace(/@.*/, ""));
  return digests.find((digest) => digest.startsWith(`${repo}@`)) ?? "";
}
