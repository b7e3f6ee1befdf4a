import type { GrantDeclaration } from "../../../src/access/declarations";

/** Grants what is declared, as the official plugin does for components/privileges.ts. */
export function grantStatements(
  grant: GrantDeclaration,
  database: string,
  owner: string,
): string[] {
  if (grant.on === "table") throw new Error("the official plugin grants on no single table");
  const { role } = grant;
  const list = grant.privileges.join(", ");
  const change = (target: string) => [
    `revoke all on ${target} from ${role}`,
    ...(list === "" ? [] : [`grant ${list} on ${target} to ${role}`]),
  ];
  if (grant.on === "database") return change(`database ${database}`);
  if (grant.on === "schema") return change(`schema ${grant.schema}`);
  return [
    ...change(`all ${grant.on} in schema ${grant.schema}`),
    `alter default privileges for role ${owner} in schema ${grant.schema} grant ${list} on ${grant.on} to ${role}`,
  ];
}
