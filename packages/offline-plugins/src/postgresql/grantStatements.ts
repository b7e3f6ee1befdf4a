import { escapeIdentifier } from "pg";

import type { State } from "../protocol/resourceSchema";
import { grantee } from "./grantee";
import type { grantSchema } from "./grantSchema";
import type { PresentPrivileges } from "./presentPrivileges";
import { objectTypeOf, privilegeList } from "./privileges";

type GrantState = State<typeof grantSchema>;

/** The GRANT of a grant; none if it grants nothing. */
export function grantStatements(grant: GrantState): string[] {
  if (grant.privileges.length === 0) return [];
  const privileges = privilegeList(objectTypeOf(grant.objectType), grant.privileges);
  const option = grant.withGrantOption ? " with grant option" : "";
  return [`grant ${privileges} on ${target(grant)} to ${grantee(grant.role)}${option}`];
}

/**
 * Takes away what the role may do with the objects that the grant is on.
 *
 * Of named objects only what is there is revoked: REVOKE ALL would take privileges on single columns too, which are not this
 * grant's.
 */
export function revokeStatements(
  grant: GrantState,
  present: readonly PresentPrivileges[],
): string[] {
  const from = grantee(grant.role);
  if (isEmpty(grant.objects)) return [`revoke all privileges on ${target(grant)} from ${from}`];
  return present
    .filter(({ privileges }) => privileges.length > 0)
    .map(({ name, privileges }) => {
      const list = privilegeList(objectTypeOf(grant.objectType), privileges);
      return `revoke ${list} on ${target({ ...grant, objects: [name] })} from ${from}`;
    });
}

function target({ database, schema, objectType, objects }: GrantState): string {
  const type = objectTypeOf(objectType);
  if (type === "database") return `database ${escapeIdentifier(database)}`;
  const quotedSchema = escapeIdentifier(schema ?? "");
  if (type === "schema") return `schema ${quotedSchema}`;
  if (isEmpty(objects)) return `all ${type}s in schema ${quotedSchema}`;
  return `${type} ${objects.map((name) => `${quotedSchema}.${escapeIdentifier(name)}`).join(", ")}`;
}

function isEmpty(objects: readonly string[] | null): objects is null {
  return objects === null || objects.length === 0;
}
