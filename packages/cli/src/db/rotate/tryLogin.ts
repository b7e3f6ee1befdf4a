import { Client } from "pg";

import {
  clientAddress,
  type Connection,
  withClient,
} from "@hosterizer/postgres/connection/connection";
import type { Program } from "../../program";
import { connectionAs } from "../stack/connectionAs";
import { mayPool, pooledConnection } from "../stack/pooledConnection";
import type { Credentials, StackAccess } from "../stack/stackAccess";

/** A way in. */
export interface Way {
  connection: Connection;
  /** PgBouncer takes none of the settings that our own sessions begin with. */
  isPooled: boolean;
}

/** Every way in that a role has: to the server, and through the pooler where there is one. */
export function waysIn(role: string, access: StackAccess, program: Program): Way[] {
  const direct = { connection: connectionAs(role, access), isPooled: false };
  if (access.pooler === undefined || !mayPool(role, program)) return [direct];
  return [direct, { connection: pooledConnection(role, access, program), isPooled: true }];
}

/**
 * Whether somebody gets in on a way: what a client would be told, or undefined.
 *
 * @throws what is no refusal, such as a server that does not answer
 */
export async function refusal(way: Way, by: Credentials): Promise<string | undefined> {
  const connection = { ...way.connection, ...by };
  try {
    if (way.isPooled) await enterPooled(connection);
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

async function enterPooled(connection: Connection): Promise<void> {
  const client = new Client({ ...clientAddress(connection), connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
  } finally {
    await client.end().catch(() => undefined);
  }
}
