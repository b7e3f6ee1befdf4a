import { DatabaseError, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import { inspectOwnersIn } from "../../audit/owners";
import { converge } from "../../convergence/converge";
import type { ObjectKey, SchemaObjectKind } from "../catalog/schemaObject";
import { keywordOf } from "./objectStatements";

/** Schemas whose objects all belong to one role. */
interface Ownership {
  owner: string;
  schemas: readonly string[];
}

/**
 * Gives the owner everything in these schemas that belongs to other roles, as far as the login is allowed to, so that the
 * owner's session can repair it. Changing an owner runs no code that someone has defined.
 *
 * @param deployer The login that deploys: a superuser, or a member of the owner.
 * @returns whether anything belonged to another role
 */
export async function giveToOwner(
  deployer: Connection,
  { owner, schemas }: Ownership,
): Promise<boolean> {
  const as = { purpose: "recorded schema", owner: deployer.user };
  const steps = await converge(deployer, as, (client) =>
    inspectOwnersIn(client, { owner, roles: [], schemas }),
  );
  return steps.some(({ sql }) => sql !== undefined);
}

/**
 * Gives the owner single objects, in whatever schema. Objects that the login may not give away are left.
 *
 * @param deployer The login that deploys.
 */
export async function giveObjectsToOwner(
  deployer: Connection,
  owner: string,
  objects: readonly ObjectKey[],
): Promise<void> {
  const owned = objects.filter(({ kind }) => kindsWithOwner.has(kind));
  if (owned.length === 0) return;
  await withClient(deployer, "recorded schema", async (client) => {
    for (const { kind, identity } of owned) {
      try {
        await client.query("set lock_timeout = '5s'");
        await client.query(
          `alter ${keywordOf(kind)} ${identity} owner to ${escapeIdentifier(owner)}`,
        );
      } catch (error) {
        // insufficient_privilege
        const isRefused = error instanceof DatabaseError && error.code === "42501";
        if (!isRefused) throw error;
      }
    }
  });
}

// Objects of the other kinds belong to the owner of their table.
const kindsWithOwner: ReadonlySet<SchemaObjectKind> = new Set([
  "schema",
  "table",
  "foreign table",
  "sequence",
  "view",
  "materialized view",
  "function",
  "procedure",
  "aggregate",
  "operator",
  "enum",
  "domain",
  "type",
  "range type",
]);
