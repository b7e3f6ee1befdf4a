import { type Client, escapeIdentifier } from "pg";

import { type Finding, repairIf } from "../convergence/difference";
import { lookupFunction } from "../pooler/userLookup";
import { readSql } from "../sql/readSql";
import { type DeclaredAccess, scopeOf } from "./declaredAccess";

export const ownerKinds = ["owner"] as const;

/** Where to look for objects that do not belong to the owner. */
interface OwnersScope {
  owner: string;
  /** Roles whose objects are included in every schema. */
  roles: readonly string[];
  schemas: readonly string[];
  /** Functions that other resources manage. */
  exempt?: readonly string[];
}

/** An object that should belong to the owner and does not. */
interface OwnedByOther {
  /** `table public.sites` */
  object: string;
  /** As ALTER takes it: `materialized view`. */
  kind: string;
  /** Quoted, with a function's arguments. */
  name: string;
  owner: string;
  alterable: boolean;
}

/** Objects of this stack that another role owns. The pooler's lookup function has its own owner and is left out. */
export function inspectOwners(
  client: Client,
  access: DeclaredAccess,
): Promise<Finding<(typeof ownerKinds)[number]>[]> {
  const exempt = access.lookup === undefined ? [] : [lookupFunction];
  return inspectOwnersIn(client, { owner: access.owner, ...scopeOf(access), exempt });
}

/** Objects in these schemas, and objects of these roles anywhere, that do not belong to the owner. */
export async function inspectOwnersIn(
  client: Client,
  { owner, roles, schemas, exempt = [] }: OwnersScope,
): Promise<Finding<(typeof ownerKinds)[number]>[]> {
  const sql = readSql(__dirname, "owners");
  const { rows } = await client.query<OwnedByOther>(sql, [owner, roles, schemas, exempt]);
  return rows.map(({ object, kind, name, owner: actual, alterable }) => {
    // initdb creates the schema public; its owner follows the database's owner.
    const expected = kind === "schema" ? "pg_database_owner" : owner;
    const alter = `alter ${kind} ${name} owner to ${escapeIdentifier(expected)}`;
    return {
      kind: "owner",
      object,
      expected: `owner ${expected}`,
      actual: `owner ${actual}`,
      ...repairIf(alterable, alter, `a member of ${actual} and ${expected}, or a superuser,`),
    };
  });
}
