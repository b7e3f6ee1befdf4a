import type { Difference } from "../../convergence/difference";
import type { AccessRule } from "./hostBasedAuthentication";

/** A line of pg_hba.conf as the server understands it. */
export interface AccessRuleFound {
  number: number;
  /** Null, as all but `error`, if the server cannot read the line. */
  type: string | null;
  database: string[] | null;
  users: string[] | null;
  address: string | null;
  netmask: string | null;
  method: string | null;
  options: string[];
  error: string | null;
}

/**
 * Where the rules that the server has differ from the declared ones: by the line, or else in their order.
 */
export function accessRuleDrift(
  found: readonly AccessRuleFound[],
  wanted: readonly AccessRule[],
): Difference[] {
  const repair = "automatic";
  const lines = found.map(lineFound);
  const declared = wanted.map(lineWanted);
  const missing = declared
    .filter((line) => !lines.includes(line))
    .map((line): Difference => {
      const difference = { kind: "connection rule missing", object: `rule ${line}` } as const;
      return { ...difference, expected: "a line of pg_hba.conf", actual: null, repair };
    });
  const added = lines.flatMap((line, index): Difference[] => {
    if (declared.includes(line)) return [];
    const difference = {
      kind: "connection rule added",
      object: `rule ${line}`,
      expected: null,
    } as const;
    return [{ ...difference, actual: `line ${found[index]?.number ?? 0} of pg_hba.conf`, repair }];
  });
  if (missing.length > 0 || added.length > 0) return [...missing, ...added];
  if (lines.join("\n") === declared.join("\n")) return [];
  const order = { kind: "connection rule order", object: "rules of pg_hba.conf", repair } as const;
  return [{ ...order, expected: "the declared order", actual: "another" }];
}

function lineWanted({ type, database, user, address, method }: AccessRule): string {
  return words(type, database, user, address, method);
}

function lineFound(rule: AccessRuleFound): string {
  const { type, database, users, address, netmask, method, options, error } = rule;
  if (error !== null) return `that the server cannot read (${error})`;
  // This one goes with `cert` without saying.
  const others = options.filter(
    (option) => method !== "cert" || option !== "clientcert=verify-full",
  );
  return words(type, database?.join(), users?.join(), address, netmask, method, ...others);
}

function words(...parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part != null).join(" ");
}
