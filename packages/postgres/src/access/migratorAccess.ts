import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { converge } from "../convergence/converge";
import type { Difference } from "../convergence/difference";
import type { LoginDeclaration } from "./logins";

/** The kind of drift that the migrator cannot log in or become the owner. */
export const migratorKind = "login of the migrator";

/** The login that runs migrations, and what it needs. */
export interface MigratorAccess {
  /** How the migrator logs in. */
  connection: Connection;
  /** SCRAM verifier of its password. */
  verifier: string;
  /** The role that it becomes. */
  owner: string;
  /** The declared role that it logs in for, which has CONNECT. */
  role: string;
  /** All declared roles; only those of the migrator are used. */
  roles: readonly LoginDeclaration[];
}

/**
 * Why the migrator cannot log in to the database and become the owner. Only a login shows this: a role that may not read
 * pg_authid does not see that a password was changed.
 *
 * @param logIn How to log in: `withSession` shares the session with later reads of the schema. Default: a new login.
 * @throws node-postgres' errors unchanged, where the server cannot be reached.
 */
export async function readMigratorAccess(
  { connection, owner }: Pick<MigratorAccess, "connection" | "owner">,
  logIn: Login = newLogin,
): Promise<Difference<typeof migratorKind>[]> {
  const fault = await refusalOf(connection, owner, logIn);
  if (fault === undefined) return [];
  return [
    {
      kind: migratorKind,
      object: `role ${connection.user}`,
      expected: `logs in to ${connection.database} and becomes ${owner}`,
      actual: fault,
      repair: "automatic",
      reason: "the schema cannot be inspected without it",
    },
  ];
}

type Login = (connection: Connection, run: (client: Client) => Promise<void>) => Promise<void>;

const newLogin: Login = (connection, run) => withClient(connection, "migrator login", run);

async function refusalOf(
  connection: Connection,
  owner: string,
  logIn: Login,
): Promise<string | undefined> {
  try {
    await logIn(connection, async (client) => {
      try {
        await client.query(`begin; set local role ${escapeIdentifier(owner)}`);
      } finally {
        await client.query("rollback").catch(() => undefined);
      }
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError) || !isRefusal(error)) throw error;
    return error.message;
  }
}

/** Whether the server refuses this role; too_many_connections may also concern the database or the whole server. */
function isRefusal({ code, routine }: DatabaseError): boolean {
  return refusals.has(code ?? "") && (code !== tooMany || routine === "InitializeSessionUserId");
}

const tooMany = "53300";

// https://www.postgresql.org/docs/15/errcodes-appendix.html
const refusals = new Set([
  "28000", // invalid_authorization_specification: no such role, or NOLOGIN
  "28P01", // invalid_password: wrong or expired
  "42501", // insufficient_privilege: no CONNECT, or not a member of the owner
  tooMany, // its CONNECTION LIMIT
]);

/**
 * Lets the migrator log in and become the owner, in one transaction; changes nothing if it already can.
 *
 * @param deployer The deploy role's login, in the same database: a superuser, or a member of the owner with CREATEROLE.
 * @throws Error if the migrator still cannot log in or become the owner.
 */
export async function restoreMigratorAccess(
  deployer: Connection,
  access: MigratorAccess,
): Promise<void> {
  if ((await readMigratorAccess(access)).length === 0) return;
  const { connection, verifier, owner, role, roles } = access;
  const migratorRoles = roles.filter(({ of }) => of === role);
  const user = escapeIdentifier(connection.user);
  const database = escapeIdentifier(connection.database);
  const steps = [
    `alter role ${user} login connection limit -1 valid until 'infinity' password ${escapeLiteral(verifier)}`,
    ...migratorRoles.flatMap(({ name, memberOf = [] }) =>
      memberOf.map((group) => `grant ${escapeIdentifier(group)} to ${escapeIdentifier(name)}`),
    ),
    `grant connect on database ${database} to ${escapeIdentifier(role)}`,
  ];
  await converge(deployer, { purpose: "migrator login", owner: deployer.user }, () =>
    Promise.resolve(steps.map((sql) => ({ sql }))),
  );
  const [left] = await readMigratorAccess(access);
  if (left === undefined) return;
  throw new Error(
    `role ${connection.user} still cannot run migrations: ${left.actual ?? ""}.\n` +
      `As a superuser, let it log in to ${connection.database} and make it a member of ${owner}.`,
  );
}
