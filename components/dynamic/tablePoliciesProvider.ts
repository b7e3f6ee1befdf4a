import type { dynamic } from "@pulumi/pulumi";

import { DeclarationError } from "../../postgres/declarationError";
import { applyTable, readTableDrift } from "../../postgres/rowLevelSecurity/rowLevelSecurity";
import { changes } from "./changes";
import { inspect } from "./inspect";
import type { TablePoliciesInputs } from "./tablePolicies";
import { hasUnknown } from "./unknown";

type Inputs = TablePoliciesInputs & { drift?: string[] };

/** Adds `drift`: how row-level security on the live table differs from the declared one. */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  if (olds.connection === undefined || hasUnknown(news)) return { inputs: { ...news, drift: [] } };
  try {
    const drift = await inspect(() => readTableDrift(news.connection, news.table, news.security));
    return { inputs: { ...news, drift } };
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error;
    return { inputs: news, failures: [{ property: "table", reason: error.message }] };
  }
}

export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, ["table", "security"], ["drift"]));
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await applyTable(inputs.connection, inputs.table, inputs.security);
  return { id: `${inputs.table.schema}.${inputs.table.table}`, outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await applyTable(news.connection, news.table, news.security);
  return { outs: news };
}

/** Leaves row-level security as it stands: no line taken out of the declaration opens a table. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };
