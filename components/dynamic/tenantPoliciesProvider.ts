import type { dynamic } from "@pulumi/pulumi";

import {
  applyRowLevelSecurity,
  readRowLevelSecurityDrift,
} from "@hosterizer/postgres/rowLevelSecurity/rowLevelSecurity";
import { changes } from "./changes";
import { inspect } from "./inspect";
import type { TenantPoliciesInputs } from "./tenantPolicies";
import { hasUnknown } from "./unknown";

type Inputs = TenantPoliciesInputs & { drift?: string[] };

/** Adds `drift`: how the live database's row-level security differs from the declared one. */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  const { connection, security } = news;
  const known = olds.connection !== undefined && !hasUnknown({ connection, security });
  // Unknown while migrations are to come.
  const version = hasUnknown(news.version) ? Infinity : news.version;
  const drift = known
    ? await inspect("row-level security", () =>
        readRowLevelSecurityDrift(connection, security, version),
      )
    : [];
  return { inputs: { ...news, drift } };
}

export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, ["security"], ["drift"]));
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await applyRowLevelSecurity(inputs.connection, inputs.security);
  return { id: "tenancy", outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await applyRowLevelSecurity(news.connection, news.security);
  return { outs: news };
}

/**
 * Leaves row-level security as it stands: no line taken out of the program opens a table, and a policy without the
 * function that it calls shows an error instead of no rows.
 */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };
