import type { Client } from "pg";

import { type Finding, repairIf } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import { type DeclaredAccess, scopeOf } from "./declaredAccess";

export const defaultPrivilegeKinds = ["default privilege", "default grant option"] as const;

/** One undeclared privilege on future objects. Names are quoted. */
interface UndeclaredDefaultPrivilege {
  /** The role that creates the objects. */
  creator: string;
  /** Null: all schemas. */
  schema: string | null;
  objects: "tables" | "sequences" | "functions" | "types" | "schemas";
  grantee: string;
  privilege: string;
  /** The privilege is declared; its grant option is not. */
  allowed: boolean;
  /** A declared role creates the objects, or they will be in the stack's schemas. */
  ours: boolean;
  revocable: boolean;
}

/** Default privileges that are not declared: one finding for each, because each takes its own statement. */
export async function inspectDefaultPrivileges(
  client: Client,
  access: DeclaredAccess,
): Promise<Finding<(typeof defaultPrivilegeKinds)[number]>[]> {
  const { roles, schemas, grants } = scopeOf(access);
  const { rows } = await client.query<UndeclaredDefaultPrivilege>(
    readSql(__dirname, "defaultPrivileges"),
    [access.owner, roles, schemas, grants],
  );
  return rows.map(({ creator, schema, objects, grantee, privilege, allowed, revocable, ours }) => {
    const held = `${privilege} to ${grantee}`;
    const within = schema === null ? "" : ` in schema ${schema}`;
    const option = allowed ? "grant option for " : "";
    const revoke =
      `alter default privileges for role ${creator}${within} ` +
      `revoke ${option}${privilege} on ${objects} from ${grantee} cascade`;
    return {
      kind: allowed ? "default grant option" : "default privilege",
      object: `default privileges of ${creator} on ${objects}${within}`,
      expected: allowed ? held : `no ${held}`,
      actual: allowed ? `${held} WITH GRANT OPTION` : held,
      ...repairIf(revocable && ours, revoke, `${creator} or a superuser`),
    };
  });
}
