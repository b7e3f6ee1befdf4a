import { type SessionContext, sessionContexts } from "./isolationProof";
import {
  changeProbes,
  conflictProbe,
  foreignKeyProbes,
  idleProbes,
  insertProbe,
  type Probe,
  readProbes,
  refusalProbes,
  viewProbes,
} from "./probes";
import { type TenantPair, variablesOf } from "./contexts";
import type { ProofSession, TableProof } from "./proveTable";
import { savepoint, setContext } from "./runProbe";
import type { Row } from "./solveRow";
import { type ProofTable, reasonOf, type TenantRows } from "./tenantRows";
import { proveWholeTable } from "./wholeTable";

/** Two tenants, and a third for the table whose rows are the tenants themselves. */
export interface SyntheticTenants extends TenantPair {
  third: string;
}

/**
 * Tries every command on rows that exist only in this transaction. Referencing tables are filled later, so that no row refers
 * to these yet.
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
  if (table.shape.keys.length === 0)
    proof.skip(["ON CONFLICT"], "the table has no key to conflict on");
  await proveRefusals(proof, tenants);
}

interface MadeRows {
  spare: { own: Row; other: Row };
}

/** Inserts a row of each tenant as that tenant, and prepares a second one without inserting it. */
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
  // Rolls back the previous table's probes, but keeps its rows for this table's foreign keys.
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
    // A policy that refuses a tenant its own row is a failure; a row that cannot be found is not.
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

/** Writes that attack the tenant that the context does not name. */
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

/**
 * For roles that may not insert: tests whether rows of two real tenants are visible, without reading their contents. Changes match no row.
 *
 * @param pair Two tenants with rows in the table, if any role can see them.
 */
export async function proveWithRealRows(
  proof: TableProof,
  pair: TenantPair | undefined,
): Promise<void> {
  const { table } = proof;
  // These ids need not exist: other tenants' rows may still be visible.
  const either = pair ?? { own: "1", other: "2" };
  if (!table.shape.privileges.SELECT || pair !== undefined || proof.isJudgedByCatalog) {
    for (const probe of [...readProbes(table, either), ...viewProbes(table, either)]) {
      await proof.tryEverywhere(probe, either);
    }
  } else {
    proof.skip(
      ["SELECT", "CURSOR", "PREPARED", "COPY TO", "VIEW"],
      "the table has no rows of two tenants",
    );
  }
  for (const probe of idleProbes(table)) {
    if (proof.expected(probe.command, "own") === "refused" && !isPermitted(proof, probe.command)) {
      await proof.tryIn("own", probe, "refused", either);
    } else {
      proof.skip([probe.command], "the role may do this, but may not insert rows to try it on");
    }
  }
  await proveRefusals(proof, either);
}

function isPermitted({ table }: TableProof, command: string): boolean {
  const { privileges } = table.shape;
  if (command === "DELETE") return privileges.DELETE;
  return command === "INSERT" ? privileges.INSERT : privileges.UPDATE;
}

/**
 * Tests what must hold in every context: policies apply to the role, and it has no privilege that they do not restrict.
 *
 * TRUNCATE and ALTER lock the whole table, so they are not run if the catalog allows them: that is a failure already. Otherwise PostgreSQL refuses them
 * before it takes a lock.
 */
async function proveRefusals(proof: TableProof, pair: TenantPair): Promise<void> {
  const { shape } = proof.table;
  const { privileges, isOwned, isActive, enabled, forced } = shape;
  const holds = (ok: boolean, detail: string) => ({
    ok,
    found: ok ? "yes" : "no",
    detail: ok ? "" : detail,
  });
  const why = enabled
    ? "policies do not apply to this role: it is a superuser, the owner or has BYPASSRLS"
    : "row-level security is disabled";
  proof.add("ROW SECURITY", "catalog", "yes", holds(isActive, why));
  proof.add("FORCE", "catalog", "yes", holds(forced, "policies do not apply to the owner"));

  const given = {
    TRUNCATE: privileges.TRUNCATE || isOwned,
    ALTER: isOwned,
    REFERENCES: privileges.REFERENCES,
    TRIGGER: privileges.TRIGGER,
  };
  const allowed = { ok: false, found: "allowed", detail: "not tried: the catalog allows it" };
  const refused = { ok: true, found: "refused", detail: "" };
  proof.add("REFERENCES", "catalog", "refused", given.REFERENCES ? allowed : refused);
  proof.add("TRIGGER", "catalog", "refused", given.TRIGGER ? allowed : refused);
  for (const probe of refusalProbes(proof.table)) {
    const isGiven = probe.command in given && given[probe.command as keyof typeof given];
    if (isGiven) proof.add(probe.command, "own", "refused", allowed);
    else await proof.tryIn("own", probe, "refused", pair);
  }
  for (const one of shape.functions) {
    const detail = `${one.name} runs as ${one.owner}, which policies do not restrict`;
    const found = one.isBound
      ? { ok: true, found: "bound", detail: one.name }
      : { ok: false, found: "callable", detail };
    proof.add("FUNCTION", "catalog", "refused", found);
  }
  for (const { name, isMaterialized, isInvoker, columns } of shape.views) {
    if (isMaterialized && !proof.seesAll) {
      const detail = `${name} is materialized: policies do not apply to it`;
      proof.add("VIEW", "catalog", "refused", { ok: false, found: "readable", detail });
    } else if (!isMaterialized && !columns.includes(proof.table.column) && !isInvoker) {
      proof.skip(
        ["VIEW"],
        `${name} does not show ${proof.table.column}, and is not security_invoker`,
      );
    }
  }
}
