import type { Client } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { convergeWith } from "../convergence/converge";
import type { Finding } from "../convergence/difference";
import { renderDifference } from "../convergence/renderDifference";
import { inSnapshot } from "../connection/inSnapshot";
import { inspectRowLevelSecurity } from "./inspectRowLevelSecurity";
import { planContextFunctions } from "./planContextFunctions";
import { planTableSecurity } from "./planTableSecurity";
import { readContextFunctions } from "./readContextFunctions";
import { readTenantTables, type TableSecurity } from "./readTenantTables";
import type { RowLevelSecurity } from "./rowLevelSecurity";

/**
 * Makes the functions that policies call, then each table's row-level security as declared. One table's changes are one
 * transaction, so that nobody sees it between two of them.
 *
 * @throws Error that names every difference that a person has to decide about. By then all others are repaired: a hole
 *   in one table is no reason to leave that of another open.
 */
export async function applyRowLevelSecurity(
  connection: Connection,
  wanted: RowLevelSecurity,
): Promise<void> {
  await withClient(connection, "row-level-security", async (client) => {
    const inspect = () =>
      inSnapshot(client, wanted.owner, (client) => inspectRowLevelSecurity(client, wanted));
    const before = await inspect();
    if (before.context.length > 0) await applyContext(client, wanted);
    // Functions made anew have taken the policies that call them along.
    const { tables, refused } = before.context.length > 0 ? await inspect() : before;
    const left: Finding[] = [];
    for (const { table } of tables) left.push(...(await applyTable(client, table, wanted)));
    refuse([...left.filter(({ repair }) => repair === "refused"), ...refused]);
  });
}

/** Makes the functions that policies call as declared, in one transaction. */
export async function applyContext(client: Client, wanted: RowLevelSecurity): Promise<void> {
  await convergeWith(client, wanted, async () =>
    planContextFunctions(await readContextFunctions(client), wanted.tenancy, wanted.owner),
  );
}

async function applyTable(
  client: Client,
  { schema, table, column }: TableSecurity,
  wanted: RowLevelSecurity,
): Promise<Finding[]> {
  return convergeWith(client, wanted, async () => {
    const found = await readTenantTables(client, [{ schema, table, column }], false);
    return found.flatMap((table) => planTableSecurity(table, wanted));
  });
}

function refuse(findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  // The error says for all of them that up refuses.
  const lines = findings.map((finding) => renderDifference({ ...finding, repair: "automatic" }));
  throw new Error(
    "row-level security is not complete. All else stands as declared, but somebody has to decide about:\n" +
      lines.map((line) => `- ${line}`).join("\n"),
  );
}
