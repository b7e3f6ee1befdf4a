import type { dynamic } from "@pulumi/pulumi";

import { readAudit, repairAudit } from "@hosterizer/postgres/audit/audit";
import { readWarnings } from "@hosterizer/postgres/audit/warnings";
import { withSession } from "@hosterizer/postgres/connection/withSession";
import type { AccessAuditInputs } from "./accessAudit";
import { changes } from "./changes";
import { inspect } from "./inspect";
import { hasUnknown } from "./unknown";

type Inputs = AccessAuditInputs & { drift?: string[] };

/** Adds `drift`: what somebody may do, owns or has set that is not declared. Prints what an operator should know. */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  const known = olds.connection !== undefined && !hasUnknown(news);
  const drift = known ? await inspect("the access rights", () => look(news)) : [];
  return { inputs: { ...news, drift } };
}

function look(inputs: Inputs) {
  return withSession(inputs.connection, async (client) => {
    for (const warning of await readWarnings(client, inputs)) console.log(`warning: ${warning}`);
    return (await readAudit(client, inputs)).map(({ finding }) => finding);
  });
}

/** What is declared is compared with the live database alone: an earlier declaration has left nothing behind but that. */
export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, [], ["drift"]));
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await repairAudit(inputs.connection, inputs);
  return { id: inputs.owner, outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await repairAudit(news.connection, news);
  return { outs: news };
}

/** Leaves everything: what was taken away by it was never declared. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };
