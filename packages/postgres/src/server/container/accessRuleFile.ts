import type { AccessRule } from "./hostBasedAuthentication";

/** The text of pg_hba.conf: above each line its reason. */
export function accessRuleFile(rules: readonly AccessRule[]): string {
  const lines = rules.map((rule) => `# ${rule.reason}\n${accessRuleLine(rule)}`);
  return ["# Written by hosterizer-database; the first line that fits decides.", ...lines, ""].join(
    "\n",
  );
}

/** A rule as a line of pg_hba.conf. */
export function accessRuleLine({ type, database, user, address, method }: AccessRule): string {
  const words = [quoted(database), quoted(user), ...(address === undefined ? [] : [address])];
  return [type, ...words, method].join(" ");
}

/** What is in quotes has no meaning of its own: a database called "sameuser" is just that. */
function quoted(name: string): string {
  return ["all", "replication"].includes(name) ? name : `"${name}"`;
}
