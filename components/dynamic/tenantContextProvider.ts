import type { dynamic } from "@pulumi/pulumi";

import { contextSchema } from "../../postgres/rowLevelSecurity/contextFunctions";
import { applyContext, readContextDrift } from "../../postgres/rowLevelSecurity/rowLevelSecurity";
import { changes } from "./changes";
import { inspect } from "./inspect";
import type { TenantContextInputs } from "./tenantContext";
import { hasUnknown } from "./unknown";

type Inputs = TenantContextInputs & { drift?: string[] };

/** Adds `drift`: how the live functions differ from the declared ones. */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  const known = olds.connection !== undefined && !hasUnknown(news);
  const drift = known ? await inspect(() => readContextDrift(news.connection, news.security)) : [];
  return { inputs: { ...news, drift } };
}

export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, ["security"], ["drift"]));
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await applyContext(inputs.connection, inputs.security);
  return { id: contextSchema, outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await applyContext(news.connection, news.security);
  return { outs: news };
}

/** Leaves the functions: policies call them, and a policy without its function shows an error instead of no rows. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };
