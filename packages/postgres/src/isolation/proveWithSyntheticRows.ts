import { type SessionContext, sessionContexts } from "./isolationProof";
import { type TenantPair, variablesOf } from "./proofContexts";
import { changeProbes, conflictProbe, foreignKeyProbes, insertProbe } from "./changeProbes";
import type { Probe } from "./probe";
import { readProbes, viewProbes } from "./readProbes";
import { proveRefusals } from "./proveRefusals";
import type { ProofSession, TableProof } from "./proveTable";
import { proveWholeTable } from "./wholeTable";
import { savepoint, setContext } from "./runProbe";
import type { Row } from "./solveRow";
import { type ProofTable, reasonOf, type TenantRows } from "./tenantRows";

/** Two tenants, and a third for the tenants' own table, whose rows are the tenants. */
export interface SyntheticTenants extends TenantPair {
  third: string;
}

/**
 * Tries everything on rows that exist in this transaction alone. A table's children are filled after it was tried, so
 * that nothing refers to its rows yet.
 */
export async function proveWithSyntheticRows(
  session: ProofSession,
  proof: TableProof,
  tables: readonly ProofTable[],
  rows: TenantRows,
  tenants: SyntheticTenants,
): Promise<void> {
  const made = await fill(session, proof, rows, tenants);
  if (made === undefined) return;
  const { table } = proof;
  for (const probe of readProbes(table, tenants)) {
    await proof.tryEverywhere(probe, tenants);
  }
  for (const probe of [...viewProbes(table, tenants), ...changeProbes(table, tenants)]) {
    await proof.tryEverywhere(probe, tenants);
  }
  for (const context of sessionContexts) {
    for (const probe of writes(proof, context, tables, rows, tenants, made)) {
      await proof.tryIn(context, probe, proof.expected(probe.command, context), tenants);
    }
  }
  await proveWholeTable(session.client, proof, tenants);
  if (table.shape.keys.length === 0) proof.skip(["ON CONFLICT"], "it has no key to collide on");
  await proveRefusals(proof, tenants);
}

interface MadeRows {
  spare: { own: Row; other: Row };
}

/** Inserts each tenant's row as that tenant, and makes up one more that is not inserted. */
async function fill(
  session: ProofSession,
  proof: TableProof,
  rows: TenantRows,
  tenants: SyntheticTenants,
): Promise<MadeRows | undefined> {
  const { client, kind } = session;
  const { shape, column } = proof.table;
  const isTenant = shape.keys.some(
    ({ isPlain, columns }) => isPlain && columns.length === 1 && columns[0] === column,
  );
  const spares: Row[] = [];
  // The table before this one is done: its probes are undone, its rows stay for this one's foreign keys.
  await client.query(`rollback to savepoint ${savepoint}; savepoint ${savepoint}_rows`);
  const before = rows.snapshot();
  try {
    for (const tenant of [tenants.own, tenants.other]) {
      const id = kind === "administrator" ? null : tenant;
      const role = id === null ? "administrator" : "customer";
      await setContext(client, variablesOf({ id, role }, session.sign));
      const fixed = new Map([[column, tenant]]);
      await rows.fill(shape, tenant, fixed);
      spares.push(await rows.prepare(shape, isTenant ? tenants.third : tenant));
    }
  } catch (error) {
    const reason = reasonOf(error);
    await client.query(`rollback to savepoint ${savepoint}_rows`);
    rows.restore(before);
    // A policy that hides a tenant's rows from itself is a finding; a row that can't be made up is none.
    if (/\(42501\)/.test(reason) && shape.privileges.INSERT) {
      proof.add("INSERT own", "own", "own", { ok: false, found: "refused", detail: reason });
    }
    proof.skip([], reason);
    await client.query(`savepoint ${savepoint}`);
    await proveRefusals(proof, tenants);
    return undefined;
  }
  await client.query(`savepoint ${savepoint}`);
  proof.add("INSERT own", "own", "own", { ok: true, found: "own", detail: "" });
  const [own = new Map<string, string>(), other = new Map<string, string>()] = spares;
  return { spare: { own, other } };
}

/** For the other tenant where the context is one, for the first one elsewhere. */
function writes(
  { table }: TableProof,
  context: SessionContext,
  tables: readonly ProofTable[],
  rows: TenantRows,
  { own, other }: TenantPair,
  { spare }: MadeRows,
): Probe[] {
  const victim = context === "other" ? own : other;
  const [mine, foreign] = context === "other" ? [spare.other, spare.own] : [spare.own, spare.other];
  const existing = rows.rowOf(table.shape.oid, victim);
  const conflict = existing && conflictProbe(table, mine, existing);
  const isTenant = context === "own" || context === "other";
  const pointing = isTenant
    ? foreignKeyProbes(table, tables, mine, (oid) => rows.rowOf(oid, victim))
    : [];
  return [insertProbe(table, foreign), ...(conflict === undefined ? [] : [conflict]), ...pointing];
}
