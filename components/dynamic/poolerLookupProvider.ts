import type { dynamic } from "@pulumi/pulumi";

import {
  applyUserLookup,
  readLookupDrift,
  removeUserLookup,
} from "@hosterizer/postgres/pooler/userLookup";
import { changes } from "./changes";
import { inspect } from "./inspect";
import type { PoolerLookupInputs } from "./poolerLookup";
import { hasUnknown } from "./unknown";

type Inputs = PoolerLookupInputs & { drift?: string[] };

/** Adds `drift`: how the pooler's access in the live database differs from the declared one. */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  const known = olds.connection !== undefined && !hasUnknown(news);
  const look = () => readLookupDrift(news.connection, news);
  const drift = known ? await inspect("the pooler's access", look) : [];
  return { inputs: { ...news, drift } };
}

export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, ["owner", "role", "authenticator"], ["drift"]));
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await applyUserLookup(inputs.connection, inputs);
  return { id: inputs.role, outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await applyUserLookup(news.connection, news);
  return { outs: news };
}

/** Takes the function and its owner's privileges away: nothing that hands out verifiers stays without a declaration. */
function remove(_id: string, olds: Inputs): Promise<void> {
  return removeUserLookup(olds.connection, olds);
}

export { remove as delete };
