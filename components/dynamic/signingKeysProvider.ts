import type { dynamic } from "@pulumi/pulumi";

import {
  applySigningKeys,
  readSigningKeyDrift,
  removeSigningKeys,
} from "@hosterizer/postgres/rowLevelSecurity/signingKeys";
import { changes } from "./changes";
import { inspect } from "./inspect";
import type { SigningKeysInputs } from "./signingKeys";
import { hasUnknown } from "./unknown";

type Inputs = SigningKeysInputs & { drift?: string[] };

/** Adds `drift`: which keys in the live database are not the declared ones. */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  const known = olds.connection !== undefined && !hasUnknown(news);
  const look = () => readSigningKeyDrift(news.connection, news);
  const drift = known ? await inspect("the signing keys", look) : [];
  return { inputs: { ...news, drift } };
}

export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, ["keys", "owner"], ["drift"]));
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await applySigningKeys(inputs.connection, inputs);
  return { id: "signing-keys", outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await applySigningKeys(news.connection, news);
  return { outs: news };
}

/** Nothing asks for the keys any more. */
function remove(_id: string, olds: Inputs): Promise<void> {
  return removeSigningKeys(olds.connection, olds.owner);
}

export { remove as delete };
