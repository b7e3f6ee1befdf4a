import { escapeIdentifier } from "pg";

import type { LookupFinding } from "./lookupFinding";
import type { FoundFunction } from "./readUserLookup";
import { lookupFunction, type UserLookup } from "./userLookup";

const kind = "lookup function executor";
const target = `execute on function ${lookupFunction}`;

/** Lets the pooler's role execute a function that is new, and nobody else. */
export function grantLookup({ role }: UserLookup): string {
  return `revoke ${target} from public;\ngrant ${target} to ${escapeIdentifier(role)}`;
}

/** Leaves the function executable by the pooler's role alone, which may not let others. */
export function planLookupExecutors(
  found: FoundFunction["executors"],
  { role }: UserLookup,
): LookupFinding[] {
  const its = found.find((executor) => executor.role === role);
  const others = found.filter((executor) => executor !== its);
  const findings = others.map((other): LookupFinding => ({
    ...{ kind, object: object(other.role), expected: null, actual: held(other) },
    repair: "automatic",
    reason: "it tells what passwords are checked against",
    sql: `revoke ${target} from ${grantee(other.role)} cascade`,
  }));
  const wanted = { kind, object: object(role), expected: "EXECUTE", repair: "automatic" } as const;
  if (its === undefined) {
    const reason = "without it nobody comes through the pooler";
    const sql = `grant ${target} to ${grantee(role)}`;
    findings.push({ ...wanted, actual: null, reason, sql });
  } else if (its.grantable) {
    // What it has granted goes with that.
    const sql = `revoke grant option for ${target} from ${grantee(role)} cascade`;
    findings.push({ ...wanted, actual: held(its), sql });
  }
  return findings;
}

function object(role: string): string {
  return `privilege of ${role === "public" ? "PUBLIC" : role} on function ${lookupFunction}`;
}

function grantee(role: string): string {
  return role === "public" ? role : escapeIdentifier(role);
}

function held({ grantable }: { grantable: boolean }): string {
  return grantable ? "EXECUTE WITH GRANT OPTION" : "EXECUTE";
}
