import {
  type Connection,
  makeClient,
  withClient,
} from "@hosterizer/postgres/connection/connection";
import { UserError } from "@hosterizer/postgres/userError";
import type { Program } from "../../program";
import { connectionAs, mayUsePooler, pooledConnection } from "../stack/connectAs";
import type { Credentials, StackAccess } from "../stack/stackAccess";

/** @throws UserError if the server or the pooler refuses the new login of a role */
export async function requireLogin(
  role: string,
  access: StackAccess,
  program: Program,
  login: Credentials,
): Promise<void> {
  for (const route of routesOf(role, access, program)) {
    const refusal = await tryLogin(route, login);
    if (refusal === undefined) continue;
    throw new UserError(
      `The new login of ${role} is refused at ${addressOf(route)}: ${refusal}`,
      seeDrift(access),
    );
  }
}

/** @throws UserError if the server or the pooler still accepts the old password of a role */
export async function requireRefusal(
  role: string,
  access: StackAccess,
  program: Program,
  login: Credentials,
): Promise<void> {
  for (const route of routesOf(role, access, program)) {
    if ((await tryLogin(route, login)) !== undefined) continue;
    throw new UserError(
      `The old password of ${role} is still accepted at ${addressOf(route)}.`,
      seeDrift(access),
    );
  }
}

/** A way to log in. */
interface Route {
  connection: Connection;
  isPooled: boolean;
}

/** To the server, and through the pooler if the stack has one that accepts the role. */
function routesOf(role: string, access: StackAccess, program: Program): Route[] {
  const direct = { connection: connectionAs(role, access), isPooled: false };
  if (access.pooler === undefined || !mayUsePooler(role, program)) return [direct];
  return [direct, { connection: pooledConnection(role, access, program), isPooled: true }];
}

function addressOf({ connection: { host, port } }: Route): string {
  return `${host}:${port}`;
}

function seeDrift({ stack }: StackAccess): string {
  return `\`npm run drift -- --stack ${stack}\` shows what differs from the stack.`;
}

/**
 * Logs in, as a client would.
 *
 * @returns what the client is told if it is refused, otherwise undefined
 * @throws any other error, for example because the server does not answer
 */
async function tryLogin(route: Route, login: Credentials): Promise<string | undefined> {
  const connection = { ...route.connection, ...login };
  try {
    if (route.isPooled) await queryPooled(connection);
    else await withClient(connection, "rotate-password", (client) => client.query("select 1"));
    return undefined;
  } catch (error) {
    const { code = "", message } = error as Error & { code?: string };
    if (refusals.has(code)) return message;
    throw error;
  }
}

// invalid_authorization_specification, invalid_password; protocol_violation is what PgBouncer makes of either.
const refusals = new Set(["28000", "28P01", "08P01"]);

/** PgBouncer accepts none of the session settings with which `withClient` connects. */
async function queryPooled(connection: Connection): Promise<void> {
  const client = makeClient(connection, { connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
  } finally {
    await client.end().catch(() => undefined);
  }
}
