import { isDeepStrictEqual } from "node:util";

import type { dynamic } from "@pulumi/pulumi";

import { engine } from "../docker/engine";
import { removeTwin } from "../docker/twin";
import { readFileDrift, writeFiles } from "../docker/volumeFiles";
import { changes } from "./changes";
import type { ContainerFilesInputs } from "./containerFiles";
import { driftLines } from "./driftLines";
import { hasUnknown } from "./unknown";

type Inputs = ContainerFilesInputs & { written: string; drift?: string[] };

/** The image is none of it: files of an earlier one's are the same. */
const declared = ["volume", "path", "container", "files"] as const;

/** Adds `written`, the time at which they were or are to be written, and `drift`: which of them are others by now. */
export async function check(
  olds: Partial<Inputs>,
  news: ContainerFilesInputs,
): Promise<dynamic.CheckResult<Inputs>> {
  const asked = declared.some((key) => !isDeepStrictEqual(olds[key], news[key]));
  // What is about to be written again, or elsewhere, has not drifted.
  const known = !asked && !declared.some((key) => hasUnknown(news[key]));
  const found = known ? await readFileDrift(engine(), news, news.files) : [];
  const kept = known && found.length === 0 ? olds.written : undefined;
  const written = kept ?? new Date().toISOString();
  return { inputs: { ...news, written, drift: driftLines(found) } };
}

/** Another volume has files of its own; the old one's go with it. */
export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  const differs = changes(olds, news, ["written", ...declared], ["drift"]);
  return Promise.resolve(
    olds.volume === news.volume ? differs : { ...differs, replaces: ["volume"] },
  );
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await writeFiles(engine(), inputs, inputs.image, inputs.files);
  return { id: inputs.volume, outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await writeFiles(engine(), news, news.image, news.files);
  return { outs: news };
}

/** Leaves the files to their volume, which no twin may keep from being removed. */
async function remove(_id: string, { container }: Inputs): Promise<void> {
  await removeTwin(engine(), container);
}

export { remove as delete };
