import type { LookupFinding } from "./lookupFinding";
import { planLookupFunction } from "./planLookupFunction";
import { planLookupPrivileges } from "./planLookupPrivileges";
import type { FoundLookup } from "./readUserLookup";
import type { UserLookup } from "./userLookup";

/**
 * Leaves the pooler's access as declared: the function, who may execute it, and what it may read.
 *
 * All of it takes a superuser. Where whoever deploys is none, it is left, and said.
 */
export function planUserLookup(found: FoundLookup, lookup: UserLookup): LookupFinding[] {
  const findings = [
    ...planLookupPrivileges(found.privileges, lookup),
    ...planLookupFunction(found.function, lookup),
  ];
  if (found.by_superuser) return findings;
  return findings.map(({ kind, object, expected, actual }) => {
    const left = { repair: "none", reason: "only a superuser can repair it" } as const;
    return { kind, object, expected, actual, ...left };
  });
}
