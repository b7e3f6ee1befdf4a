import type { dynamic } from "@pulumi/pulumi";

import { type Difference, renderDifference } from "@hosterizer/postgres/convergence/difference";
import { authorityFileCode } from "@hosterizer/postgres/connection/tlsOptions";
import { tlsRefusals } from "@hosterizer/postgres/connection/connectionFailure";
import type { Findings } from "./provider";

/**
 * A `check` that adds `drift`: how the live object differs from the declared one.
 *
 * It reads nothing for a resource that is not in the state, and nothing while an input that it needs is unknown.
 *
 * @param read gets the declared inputs and those of the last update
 * @param needs the inputs that must be known for that. Default: all.
 */
export function checkDrift<Inputs extends object>(
  read: (news: Inputs, olds: Inputs) => Promise<readonly Difference[]>,
  needs: (news: Inputs) => unknown = (news) => news,
): (olds: Partial<Inputs>, news: Inputs) => Promise<dynamic.CheckResult<Inputs & Findings>> {
  return async (olds, news) => {
    const isReadable = isInState(olds) && !hasUnknown(needs(news));
    const drift = isReadable ? driftLines(await read(news, olds)) : [];
    return { inputs: { ...news, drift } };
  };
}

/** Pulumi hands a provider empty inputs for a resource that the state does not have. */
export function isInState<Inputs extends object>(olds: Partial<Inputs>): olds is Inputs {
  return Object.keys(olds).length > 0;
}

/** Whether any part of these inputs is unknown until another resource has been created. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

// What a dynamic provider gets in place of an unknown value (`UnknownValue` of Pulumi's RPC code).
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * Differences as the input `drift` of a resource: lines for people, or JSON where `npm run drift -- --json` asks for it by the
 * environment. Inputs are all that a preview prints, and a preview keeps none of them.
 */
export function driftLines(differences: readonly Difference[]): string[] {
  if (process.env["HOSTERIZER_DRIFT"] !== "json") return differences.map(renderDifference);
  return differences.map(({ kind, object, expected, actual, repair, reason }) =>
    JSON.stringify({ kind, object, expected, actual, repair, reason }),
  );
}

/**
 * Reads how the live database differs. Where it cannot be reached, that is the difference.
 *
 * A preview reads before the update, which may be about to repair what reading takes: a role, the database, the server. During
 * the update itself all dependencies are in place, and an error that remains is thrown when the resource is applied.
 *
 * @param subject what is read, as a user would name it: `the migrations' ledger`
 */
export async function inspect(
  subject: string,
  read: () => Promise<readonly Difference[]>,
): Promise<readonly Difference[]> {
  try {
    return await read();
  } catch (error) {
    const { code = "", message } = error as Error & { code?: string };
    if (!repairable.has(code)) throw error;
    const [fault = ""] = message.split("\n");
    const actual = `not looked at yet (${fault})`;
    return [
      {
        kind: "not looked at yet",
        object: subject,
        expected: "a look at it",
        actual,
        repair: "automatic",
      },
    ];
  }
}

// https://www.postgresql.org/docs/15/errcodes-appendix.html
const repairable = new Set([
  "ECONNREFUSED",
  "28000", // invalid_authorization_specification: no such role
  "28P01", // invalid_password
  "3D000", // invalid_catalog_name: no such database
  "42501", // insufficient_privilege: no CONNECT, or no member of the owner
  // The same update renews a certificate or the authority's file; what it does not renew fails then.
  authorityFileCode,
  ...tlsRefusals.keys(),
]);
