import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { type Client, DatabaseError, escapeIdentifier } from "pg";

import type { RoleDeclaration } from "../access/declarations";
import { hasPassword } from "../access/logins";
import { catalogHash } from "../connection/catalogStamp";
import { type Connection, openClient, withClient } from "../connection/connection";
import type { Tenancy, TenantTable } from "../rowLevelSecurity/tenancy";
import { quotedName } from "../sql/tableName";
import {
  type IsolationProof,
  type NotProven,
  type ProofCell,
  proofCommands,
  proofContexts,
} from "./isolationProof";
import {
  type RoleKind,
  type Sign,
  signFor,
  type SignFor,
  type TenantPair,
  variablesOf,
} from "./contexts";
import { proveRole } from "./proveRole";
import { savepoint, setContext } from "./runProbe";

/** Which database to prove, and for which roles. */
interface ProofRequest {
  /** Returns the connection of a login role. Each role is tested in its own sessions. */
  connect: (role: string) => Connection;
  tenancy: Tenancy;
  /** Other login roles, which must see no tenant's row. Default: none. */
  strangers?: readonly string[];
  /** Signs contexts. Required if the tenancy has signed contexts. */
  sign?: Sign | undefined;
}

/**
 * Tries to break out of a tenant: as every declared role, on every tenant table, in every context.
 *
 * Each role has one transaction, which is rolled back. It locks only its own rows, one statement at a time, and waits at most a second for a lock.
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
    await inTransaction(connect(role), sign, async (client, signHere) => {
      const find = (finding: Client, sign?: SignFor) => async (table: Tenancy["tables"][number]) =>
        realTenants(finding, table, sign);
      const prove = (
        known: (table: Tenancy["tables"][number]) => Promise<TenantPair | undefined>,
      ) =>
        proveRole(
          { client, role, kind, administrators: tenancy.administrators, sign: signHere },
          tenancy.tables,
          known,
        );
      const found =
        finder === role
          ? await prove(find(client, signHere))
          : await inTransaction(connect(finder), sign, (other, signThere) =>
              prove(find(other, signThere)),
            );
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

/** The role that can list tenants: the role itself if it can become administrator. */
function finderOf(tenancy: Tenancy, role: string, kind: RoleKind): string {
  if (kind === "backup" || kind === "administrator") return role;
  if (kind === "tenant" && tenancy.administrators === "session") return role;
  const all = tenancy.administrators === "role" ? tenancy.administratorRoles : [];
  return all[0] ?? tenancy.backupRoles[0] ?? role;
}

async function inTransaction<T>(
  connection: Connection,
  sign: Sign | undefined,
  run: (client: Client, sign?: SignFor) => Promise<T>,
): Promise<T> {
  const client = await openClient(connection, "verify");
  try {
    // If this process dies, the server ends the transaction soon.
    await client.query(`begin;
      set local statement_timeout = '10s';
      set local lock_timeout = '1s';
      set local idle_in_transaction_session_timeout = '30s';
      set local row_security = on;
      set local plan_cache_mode = force_generic_plan;
      savepoint ${savepoint}`);
    return await run(client, sign && signFor(sign, await beginningOf(client)));
  } finally {
    await client.query("rollback").catch(() => undefined);
    await client.end().catch(() => undefined);
  }
}

async function beginningOf(client: Client): Promise<Date> {
  const { rows } = await client.query<{ epoch: string }>(
    "select extract(epoch from pg_catalog.transaction_timestamp())::pg_catalog.text as epoch",
  );
  return new Date(Number(rows[0]?.epoch) * 1000);
}

/**
 * Proves a database, unless its catalog and roles are unchanged since the last successful proof.
 *
 * @param file Stores the hash of what was proven.
 * @returns undefined if nothing has changed
 */
export async function provenOnce(
  request: ProofRequest,
  file: string,
): Promise<IsolationProof | undefined> {
  const [reader = ""] = request.tenancy.tenantRoles;
  const more = [proofCommands, proofContexts, request.tenancy, request.strangers];
  const hash = () =>
    withClient(request.connect(reader), "verify", (client) =>
      catalogHash(
        client,
        more.map((part) => JSON.stringify(part)),
      ),
    );
  const present = await hash();
  if ((await readFile(file, "utf8").catch(() => "")) === present) return undefined;
  const proof = await proveIsolation(request);
  if (proof.summary.ok) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, present);
  }
  return proof;
}

/** Roles with a password, except the migrator, which can become the owner. */
export function rolesToProve(roles: readonly RoleDeclaration[], migrator: string): string[] {
  return roles
    .filter((role) => hasPassword(role) && role.name !== migrator)
    .map(({ name }) => name);
}

/** Two tenants with rows in a table, as an administrator sees them. Min and max use an index, so this is cheap on large tables. */
async function realTenants(
  client: Client,
  table: TenantTable,
  sign?: SignFor,
): Promise<TenantPair | undefined> {
  const column = escapeIdentifier(table.column);
  // A previous probe may have failed.
  await client.query(`rollback to savepoint ${savepoint}`);
  try {
    await setContext(client, variablesOf({ id: null, role: "administrator" }, sign));
    const { rows } = await client.query<{ own: string | null; other: string | null }>(
      `select min(${column})::pg_catalog.text as own, max(${column})::pg_catalog.text as other from ${quotedName(table)}`,
    );
    const [found] = rows;
    if (found?.own == null || found.other === null || found.own === found.other) return undefined;
    return { own: found.own, other: found.other };
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "42501") return undefined;
    throw error;
  } finally {
    await client.query(`rollback to savepoint ${savepoint}`);
  }
}
