import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Audit } from "./audit";

/** A role of ours that nobody may log in as, and how many are logged in as it all the same. */
export interface FoundSessions {
  role: string;
  sessions: number;
  /** Whoever looks may end them. */
  endable: boolean;
  /** Or may at least join the role, and then end them. */
  may_join: boolean;
}

/** Reads the server's activity, in all databases. */
export async function readSessions(
  client: Client,
  { roles }: Pick<Audit, "roles">,
): Promise<FoundSessions[]> {
  const over = roles.filter(({ login }) => !login).map(({ name }) => name);
  return (await client.query<FoundSessions>(readSql(__dirname, "sessions"), [over])).rows;
}
