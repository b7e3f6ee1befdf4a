import { withClient } from "@hosterizer/postgres/connection/connection";
import type { Program } from "../../program";
import { connectionAs } from "../stack/connectionAs";
import { explainRefusal } from "../stack/explainRefusal";
import type { StackAccess } from "../stack/stackAccess";

/** How many are logged in as one login. */
export interface Sessions {
  all: number;
  /** Those that began within a time. */
  young: number;
}

/**
 * Counts the sessions of logins, in all databases. Asks as the role for monitoring, who sees when they began.
 *
 * @param age what counts as young, in milliseconds
 */
export function sessionsOf(
  access: StackAccess,
  { monitor }: Program,
  logins: readonly string[],
  age: number,
): Promise<Record<string, Sessions>> {
  const connection = connectionAs(monitor, access);
  return explainRefusal(access, connection, () =>
    withClient(connection, "rotate-password", async (client) => {
      const { rows } = await client.query<Sessions & { login: string }>(
        `select l.login,
                count(a.pid)::int4 as all,
                count(a.pid) filter (
                  where a.backend_start > pg_catalog.clock_timestamp() - $2 * interval '1 millisecond'
                )::int4 as young
           from pg_catalog.unnest($1::text[]) as l (login)
           left join pg_catalog.pg_stat_activity as a on a.usename = l.login
          group by l.login`,
        [logins, age],
      );
      return Object.fromEntries(rows.map(({ login, all, young }) => [login, { all, young }]));
    }),
  );
}
