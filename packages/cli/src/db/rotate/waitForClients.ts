import { setTimeout as sleep } from "node:timers/promises";

import { withClient } from "@hosterizer/postgres/connection/connection";
import { UserError } from "@hosterizer/postgres/userError";
import type { Program } from "../../program";
import { say } from "../../terminal";
import { counted, humanDuration } from "../screen/numbers";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import type { StackAccess } from "../stack/stackAccess";

/** How often sessions are counted, in milliseconds. */
const interval = 60_000;

/** The two logins of a role during its rotation. */
interface LoginPair {
  old: string;
  fresh: string;
}

/**
 * Waits while applications switch to the new login, and reports once a minute how many sessions each login has.
 *
 * @param grace in milliseconds
 * @throws UserError if an application has used the old login in the last third of the grace period: it would be locked out
 */
export async function waitForClients(
  { old, fresh }: LoginPair,
  access: StackAccess,
  program: Program,
  grace: number,
): Promise<void> {
  const end = Date.now() + grace;
  while (Date.now() < end) {
    await sleep(Math.min(interval, end - Date.now()));
    const found = await countSessions(access, program, [old, fresh], 0);
    const count = (login: string) => `${login} ${counted(found[login]?.all ?? 0, "session")}`;
    const left = humanDuration(Math.max(0, end - Date.now()) / 1000);
    say(`  ${count(old)}, ${count(fresh)}; ${left} left`);
  }
  const recent = (await countSessions(access, program, [old], grace / 3))[old]?.recent ?? 0;
  if (recent === 0) return;
  throw new UserError(
    `${old} has ${counted(recent, "session")} that began in the last ${humanDuration(grace / 3000)}: ` +
      "an application still logs in with the old password, and would be locked out.",
    "Both logins work. Give it the new one and run the same command again; --grace 0 ends the old one at once.",
  );
}

/** How many sessions a login has. */
interface Sessions {
  all: number;
  recent: number;
}

/**
 * Counts the sessions of logins in all databases, as the monitoring role, which sees when they began.
 *
 * @param period Sessions that began within it, up to now, are recent. In milliseconds.
 */
function countSessions(
  access: StackAccess,
  { monitor }: Program,
  logins: readonly string[],
  period: number,
): Promise<Record<string, Sessions>> {
  return explainRefusal(access, connectionAs(monitor, access), (connection) =>
    withClient(connection, "rotate-password", async (client) => {
      const { rows } = await client.query<Sessions & { login: string }>(
        `select l.login,
                count(a.pid)::int4 as all,
                count(a.pid) filter (
                  where a.backend_start > pg_catalog.clock_timestamp() - $2 * interval '1 millisecond'
                )::int4 as recent
           from pg_catalog.unnest($1::text[]) as l (login)
           left join pg_catalog.pg_stat_activity as a on a.usename = l.login
          group by l.login`,
        [logins, period],
      );
      return Object.fromEntries(rows.map(({ login, all, recent }) => [login, { all, recent }]));
    }),
  );
}
