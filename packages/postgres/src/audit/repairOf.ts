import type { Finding } from "../convergence/difference";

/**
 * The repair of a finding: automatic where the login has the rights for it, else left with the reason.
 *
 * @param able the server says that the login may do it.
 * @param who may do it: `its owner postgres`.
 */
export function repairOf(
  able: boolean,
  sql: string,
  who: string,
): Pick<Finding, "repair" | "sql" | "reason"> {
  if (able) return { repair: "automatic", sql };
  return { repair: "none", reason: `only ${who} can put it right` };
}
