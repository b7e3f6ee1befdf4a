import { isDeepStrictEqual } from "node:util";

import type { dynamic } from "@pulumi/pulumi";

import { engine } from "../docker/engine";
import { tryContainer, type TrialSpec as Inputs } from "../docker/trial";

/** Adds nothing: whether a container can be made, only an update finds out. */
export function check(_olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult<Inputs>> {
  return Promise.resolve({ inputs: news });
}

export function diff(
  _id: string,
  { ...olds }: Inputs & { __provider?: string },
  { ...news }: Inputs & { __provider?: string },
): Promise<dynamic.DiffResult> {
  delete olds.__provider;
  delete news.__provider;
  return Promise.resolve({ changes: !isDeepStrictEqual(olds, news) });
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await tryContainer(engine(), inputs);
  return { id: inputs.container, outs: inputs };
}

export async function update(
  _id: string,
  olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await tryContainer(engine(), news, olds.container);
  return { outs: news };
}

/** Leaves everything: there is nothing of it. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };
