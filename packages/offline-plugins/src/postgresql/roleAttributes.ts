import { escapeLiteral } from "pg";

import type { State } from "../protocol/resourceSchema";
import type { roleSchema } from "./roleSchema";
import { storedPassword } from "./storedPassword";

type RoleState = State<typeof roleSchema>;
type Switch =
  | "superuser"
  | "createDatabase"
  | "createRole"
  | "inherit"
  | "login"
  | "replication"
  | "bypassRowLevelSecurity";

const switches: Record<Switch, { on: string; off: string }> = {
  superuser: { on: "superuser", off: "nosuperuser" },
  createDatabase: { on: "createdb", off: "nocreatedb" },
  createRole: { on: "createrole", off: "nocreaterole" },
  inherit: { on: "inherit", off: "noinherit" },
  login: { on: "login", off: "nologin" },
  replication: { on: "replication", off: "noreplication" },
  bypassRowLevelSecurity: { on: "bypassrls", off: "nobypassrls" },
};

/**
 * The options of CREATE ROLE and ALTER ROLE that give a role its planned attributes.
 *
 * @param old the present state. What is the same in both is left out: some attributes only a superuser may even mention.
 */
export function roleAttributes(planned: RoleState, old?: RoleState): string[] {
  const options: string[] = [];
  for (const name of Object.keys(switches) as Switch[]) {
    if (planned[name] !== old?.[name]) options.push(switches[name][planned[name] ? "on" : "off"]);
  }
  if (planned.connectionLimit !== old?.connectionLimit)
    options.push(`connection limit ${planned.connectionLimit}`);
  if (planned.validUntil !== old?.validUntil)
    options.push(`valid until ${escapeLiteral(planned.validUntil)}`);
  // PostgreSQL forgets an MD5 password when its role is renamed.
  if (planned.password !== (old?.password ?? null) || (old && planned.name !== old.name))
    options.push(passwordOption(planned.password));
  return options;
}

function passwordOption(password: string | null): string {
  const stored = storedPassword(password);
  return stored === null ? "password null" : `password ${escapeLiteral(stored)}`;
}
