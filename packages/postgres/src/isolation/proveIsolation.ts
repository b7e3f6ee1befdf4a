import type { Client } from "pg";

import { type Connection, openClient } from "../connection/connection";
import type { Tenancy } from "../rowLevelSecurity/tenancy";
import type { IsolationProof, NotProven, ProofCell } from "./isolationProof";
import type { RoleKind, Sign, TenantPair } from "./proofContexts";
import { proveRole } from "./proveRole";
import { realTenants } from "./realTenants";
import { savepoint } from "./runProbe";

/** What is to be proven, of which database. */
export interface ProofRequest {
  /** How a login role reaches the database. Roles are proven by what they themselves see, never by another's eyes. */
  connect: (role: string) => Connection;
  tenancy: Tenancy;
  /** Other login roles of applications, which must see no tenant's row. Default: none. */
  strangers?: readonly string[];
  /** Makes tokens of contexts, where the declared tenancy wants them signed. */
  sign?: Sign | undefined;
}

/**
 * Tries to get out of a tenant, as every role of the declaration, on every tenant table and in every context.
 *
 * Each role has one transaction, which is rolled back. Nobody waits for it longer than for one statement on rows of its
 * own, and it waits for nobody longer than a second.
 */
export async function proveIsolation(request: ProofRequest): Promise<IsolationProof> {
  const begin = performance.now();
  const { tenancy, connect, sign } = request;
  const cells: ProofCell[] = [];
  const notProven: NotProven[] = [];
  const roles = rolesOf(request);
  const tables = tenancy.tables.map(({ schema, table }) => `${schema}.${table}`);
  const names = new Set(tables);

  for (const [role, kind] of roles) {
    const finder = finderOf(tenancy, role, kind);
    await inTransaction(connect(role), async (client) => {
      const find = (other: Client) => async (table: Tenancy["tables"][number]) =>
        realTenants(other, table, sign);
      const prove = (
        known: (table: Tenancy["tables"][number]) => Promise<TenantPair | undefined>,
      ) =>
        proveRole(
          { client, role, kind, administrators: tenancy.administrators, sign },
          tenancy.tables,
          known,
        );
      const found =
        finder === role
          ? await prove(find(client))
          : await inTransaction(connect(finder), (other) => prove(find(other)));
      cells.push(...found.cells);
      notProven.push(...found.notProven);
      for (const name of found.tables) names.add(name);
    });
  }
  const failed = cells.filter(({ ok }) => !ok).length;
  return {
    tables: [...names],
    roles: roles.map(([role]) => role),
    cells,
    notProven,
    summary: {
      ok: failed === 0,
      tried: cells.length,
      failed,
      notProven: notProven.length,
      milliseconds: Math.round(performance.now() - begin),
    },
  };
}

function rolesOf({ tenancy, strangers = [] }: ProofRequest): [string, RoleKind][] {
  const administrators = tenancy.administrators === "role" ? tenancy.administratorRoles : [];
  const all = new Map<string, RoleKind>();
  for (const role of strangers) all.set(role, "stranger");
  for (const role of tenancy.tenantRoles) all.set(role, "tenant");
  for (const role of administrators) all.set(role, "administrator");
  for (const role of tenancy.backupRoles) all.set(role, "backup");
  const order: RoleKind[] = ["tenant", "administrator", "backup", "stranger"];
  return [...all].sort(([, one], [, two]) => order.indexOf(one) - order.indexOf(two));
}

/** Who can say which tenants there are: the role itself where it may be an administrator. */
function finderOf(tenancy: Tenancy, role: string, kind: RoleKind): string {
  if (kind === "backup" || kind === "administrator") return role;
  if (kind === "tenant" && tenancy.administrators === "session") return role;
  const all = tenancy.administrators === "role" ? tenancy.administratorRoles : [];
  return all[0] ?? tenancy.backupRoles[0] ?? role;
}

async function inTransaction<T>(
  connection: Connection,
  run: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await openClient(connection, "verify");
  try {
    // Whatever happens to this process, the server ends the transaction soon.
    await client.query(`begin;
      set local statement_timeout = '10s';
      set local lock_timeout = '1s';
      set local idle_in_transaction_session_timeout = '30s';
      set local row_security = on;
      set local plan_cache_mode = force_generic_plan;
      savepoint ${savepoint}`);
    return await run(client);
  } finally {
    await client.query("rollback").catch(() => undefined);
    await client.end().catch(() => undefined);
  }
}
