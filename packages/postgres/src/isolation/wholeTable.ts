import { type Client, escapeIdentifier, escapeLiteral } from "pg";

import { quotedName } from "../sql/tableName";
import type { ProofCommand } from "./isolationProof";
import { rows, touchedColumn } from "./probes";
import type { TenantPair } from "./contexts";
import type { TableProof } from "./proveTable";
import { savepoint } from "./runProbe";
import { tenantColumn } from "./tenantRows";

interface PlanNode {
  "Relation Name"?: string;
  Alias?: string;
  Filter?: string;
  /** For example `InitPlan 1 (returns $0)`, which is evaluated once. */
  "Subplan Name"?: string;
  Output?: string[];
  Plans?: PlanNode[];
}

/**
 * Changes without WHERE. A change that reads no column is subject to policies for UPDATE or DELETE only, not to those for SELECT. Running it would
 * lock every row that it reaches, so its plan is compared instead: it must have the same conditions as that of a SELECT.
 *
 * https://www.postgresql.org/docs/15/sql-createpolicy.html, table "Policies Applied by Command Type"
 */
export async function proveWholeTable(
  client: Client,
  proof: TableProof,
  pair: TenantPair,
): Promise<void> {
  const { table } = proof;
  const { privileges } = table.shape;
  const name = quotedName(table);
  const column = escapeIdentifier(table.column);
  if (tenantColumn(table)?.may.SELECT !== true) return;
  const wanted = await conditionsOf(client, `select ${column} from ${name}`);
  const compare = async (command: ProofCommand, statement: string) => {
    const found = await conditionsOf(client, statement);
    const ok = found.join("\n") === wanted.join("\n");
    const shown = (conditions: readonly string[]) => conditions.join(", ").slice(0, 200) || "none";
    const detail = `its plan has the conditions ${shown(found)}; that of a SELECT has ${shown(wanted)}`;
    const verdict = { ok, found: ok ? "as SELECT" : "other rows", detail: ok ? "" : detail };
    proof.add(command, "catalog", "as SELECT", verdict);
    return ok;
  };
  if (privileges.DELETE) await compare("DELETE all", `delete from ${name}`);
  if (!privileges.UPDATE) return;
  const isBound = await compare(
    "UPDATE all",
    `update ${name} set ${touchedColumn(table)} = default`,
  );
  if (!isBound || !proof.holds("SELECT", "own")) {
    proof.skip(["MOVE all"], "it could reach rows other than the proof's own");
    return;
  }
  const move = rows("MOVE all", `update ${name} set ${column} = ${escapeLiteral(pair.other)}`);
  await proof.tryIn("own", move, proof.expected("MOVE all", "own"), pair);
}

/** The conditions under which a statement reaches a row, each with its table. Does not run the statement. */
async function conditionsOf(client: Client, statement: string): Promise<string[]> {
  // With a single kind of scan, conditions always have the same form.
  const scans = ["indexscan", "indexonlyscan", "bitmapscan", "tidscan"];
  await client.query(
    [
      `rollback to savepoint ${savepoint}`,
      ...scans.map((scan) => `set local enable_${scan} = off`),
    ].join(";"),
  );
  const { rows: plans } = await client.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
    `explain (format json, costs off, verbose) ${statement}`,
  );
  const [plan] = plans;
  if (plan === undefined) return [];
  const root = plan["QUERY PLAN"][0].Plan;
  const once = initplans(root);
  return filters(root)
    .map((filter) => filter.replaceAll(/\$\d+/g, (number) => once.get(number) ?? number))
    .sort();
}

/** Initplans by their parameter (`$0`), whose numbers differ between plans. */
function initplans(node: PlanNode): Map<string, string> {
  const { "Subplan Name": name = "", Output: output = [], Plans: plans = [] } = node;
  const [, number] = /^InitPlan \d+ \(returns (\$\d+)\)$/.exec(name) ?? [];
  const own: [string, string][] = number === undefined ? [] : [[number, output.join(", ")]];
  return new Map([...own, ...plans.flatMap((plan) => [...initplans(plan)])]);
}

function filters(node: PlanNode): string[] {
  const { "Relation Name": relation, Alias: alias = "", Filter: filter, Plans: plans = [] } = node;
  // The alias of a partition is visits in one plan and visits_1 in another.
  const condition = filter?.replaceAll(`${alias}.`, "");
  const own = relation !== undefined && condition ? [`${relation}: ${condition}`] : [];
  return [...own, ...plans.flatMap(filters)];
}
