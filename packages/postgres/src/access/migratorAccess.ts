import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { converge } from "../convergence/converge";
import type { Difference } from "../convergence/difference";
import type { LoginDeclaration } from "./logins";
import { migratorKind } from "./migratorKind";

/** Who runs migrations, and what for. */
export interface MigratorAccess {
  /** How the migrator logs in. */
  connection: Connection;
  /** What the server is to check its password against. */
  verifier: string;
  /** The role that it acts as. */
  owner: string;
  /** The role that it logs in for, which may connect. */
  role: string;
  /** All of them; those that belong to the migrator matter. */
  roles: readonly LoginDeclaration[];
}

/**
 * Why the migrator cannot log in to the database and become the owner. Only a login of its own tells: who may not read
 * verifiers does not see that a password was changed.
 *
 * @param logIn How to log in: `withSession` shares the session with later reads of the schema. Default: a new login.
 * @throws node-postgres' errors as they are, where the server itself is not reached.
 */
export async function readMigratorAccess(
  { connection, owner }: Pick<MigratorAccess, "connection" | "owner">,
  logIn: Login = logInAnew,
): Promise<Difference[]> {
  const fault = await refusalOf(connection, owner, logIn);
  if (fault === undefined) return [];
  return [
    {
      kind: migratorKind,
      object: `role ${connection.user}`,
      expected: `logs in to ${connection.database} and becomes ${owner}`,
      actual: fault,
      repair: "automatic",
      reason: "nothing of the schema can be looked at without it",
    },
  ];
}

type Login = (connection: Connection, run: (client: Client) => Promise<void>) => Promise<void>;

const logInAnew: Login = (connection, run) => withClient(connection, "migrator login", run);

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

/** Whether it is this role that is kept out; too_many_connections may also be said of the database, or of the whole server. */
function isRefusal({ code, routine }: DatabaseError): boolean {
  return refusals.has(code ?? "") && (code !== tooMany || routine === "InitializeSessionUserId");
}

const tooMany = "53300";

// https://www.postgresql.org/docs/15/errcodes-appendix.html
const refusals = new Set([
  "28000", // invalid_authorization_specification: no such role, or NOLOGIN
  "28P01", // invalid_password: another one, or it is not valid any more
  "42501", // insufficient_privilege: no CONNECT, or no member of the owner
  tooMany, // its CONNECTION LIMIT
]);

/**
 * Lets the migrator log in and become the owner, in one transaction; changes nothing where it can already.
 *
 * @param deployer The login that deploys, in the same database: a superuser, or a member of the owner that may create roles.
 */
export async function restoreMigratorAccess(
  deployer: Connection,
  access: MigratorAccess,
): Promise<void> {
  if ((await readMigratorAccess(access)).length === 0) return;
  const { connection, verifier, owner, role, roles } = access;
  const its = roles.filter(({ of }) => of === role);
  const user = escapeIdentifier(connection.user);
  const database = escapeIdentifier(connection.database);
  const steps = [
    `alter role ${user} login connection limit -1 valid until 'infinity' password ${escapeLiteral(verifier)}`,
    ...its.flatMap(({ name, memberOf = [] }) =>
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
    `role ${connection.user} is to run migrations, and still cannot: ${left.actual ?? ""}.\n` +
      `A superuser has to let it log in to ${connection.database} and make it a member of ${owner}.`,
  );
}
