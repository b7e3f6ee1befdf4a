import { authorityFileCode } from "@hosterizer/postgres/connection/tlsOptions";
import { tlsRefusals } from "@hosterizer/postgres/connection/connectionFailure";
import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { driftLines } from "./driftLines";

/**
 * Lines that say how the live database differs, for `check`.
 *
 * A preview looks before the update: what it needs for looking (a role, the database, the server) may be what the
 * update is going to repair. Then it says so in the place of a difference. During the update itself everything that the
 * resource depends on stands already, and an error that is still there comes up when it is applied.
 *
 * @param what Is looked at, as a user would name it: `the migrations' ledger`.
 */
export async function inspect(
  what: string,
  look: () => Promise<readonly Difference[]>,
): Promise<string[]> {
  try {
    return driftLines(await look());
  } catch (error) {
    const { code = "", message } = error as Error & { code?: string };
    if (!notYet.has(code)) throw error;
    const [fault = ""] = message.split("\n");
    const actual = `not looked at yet (${fault})`;
    const found = { object: what, expected: "a look at it", actual };
    return driftLines([{ kind: "not looked at yet", ...found, repair: "automatic" }]);
  }
}

// https://www.postgresql.org/docs/15/errcodes-appendix.html
const notYet = new Set([
  "ECONNREFUSED",
  "28000", // invalid_authorization_specification: no such role
  "28P01", // invalid_password
  "3D000", // invalid_catalog_name: no such database
  "42501", // insufficient_privilege: no CONNECT, or no member of the owner
  // A certificate or the authority's file is renewed by the same update; what it does not renew fails then.
  authorityFileCode,
  ...tlsRefusals.keys(),
]);
