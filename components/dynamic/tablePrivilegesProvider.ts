import type { dynamic } from "@pulumi/pulumi";

import {
  applyTablePrivileges,
  readTablePrivilegesDrift,
  type TablePrivileges,
} from "@hosterizer/postgres/audit/missingPrivileges";
import { changes } from "./changes";
import { inspect } from "./inspect";
import type { TablePrivilegesInputs } from "./tablePrivileges";
import { hasUnknown } from "./unknown";

type Inputs = TablePrivilegesInputs & { drift?: string[] };

/** Adds `drift`: which declared privileges the role lacks, and on which tables. */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  const known = olds.connection !== undefined && !hasUnknown(news);
  const drift = known
    ? await inspect(`the table privileges of ${news.role}`, () =>
        readTablePrivilegesDrift(news.connection, wantedOf(news)),
      )
    : [];
  return { inputs: { ...news, drift } };
}

export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  const declared = ["owner", "role", "schema", "privileges"] as const;
  return Promise.resolve(changes(olds, news, declared, ["drift"]));
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await applyTablePrivileges(inputs.connection, wantedOf(inputs));
  return { id: `tables of ${inputs.schema} to ${inputs.role}`, outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await applyTablePrivileges(news.connection, wantedOf(news));
  return { outs: news };
}

/** Takes nothing away: what is not declared any more, the audit of the same update has revoked. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };

function wantedOf({ owner, role, schema, privileges, tenantTables }: Inputs): TablePrivileges {
  return { owner, grant: { role, on: "tables", schema, privileges }, tenantTables };
}
