import { type Client, escapeIdentifier } from "pg";

import type { Facility } from "../access/declarations";
import type { Finding } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import type { DeclaredAccess } from "./declaredAccess";

export const facilityKinds = ["facility open", "facility missing"] as const;

type FacilityFinding = Finding<(typeof facilityKinds)[number]>;

/**
 * The functions of each facility. Releasing what a session holds stays open to all: connection pools call
 * pg_advisory_unlock_all() between clients.
 */
const facilities: Readonly<Record<Facility, { what: string; why: string; names: string[] }>> = {
  advisoryLocks: {
    what: "advisory locks",
    why: "locks of one session can fill the lock table of the whole server",
    names: ["advisory_lock", "advisory_xact_lock"].flatMap((name) =>
      ["pg_", "pg_try_"].flatMap((prefix) => [`${prefix}${name}`, `${prefix}${name}_shared`]),
    ),
  },
  largeObjects: {
    what: "large objects",
    why: "they fill the disk, and no policy applies to them",
    names: [
      ...["lo_creat", "lo_create", "lo_from_bytea", "lo_open", "lo_get", "lo_put", "lo_unlink"],
      ...["lo_truncate", "lo_truncate64", "loread", "lowrite"],
    ],
  },
  notify: {
    what: "notifications",
    why: "every session of the database can receive them",
    names: ["pg_notify"],
  },
  endSessions: {
    what: "ending sessions",
    why: "a role may end all other sessions of the same login",
    names: ["pg_cancel_backend", "pg_terminate_backend"],
  },
};

/** A function of a facility. */
export interface FacilityFunction {
  name: string;
  /** With its schema, as GRANT takes it. */
  signature: string;
  /** Whether the session that reads may change who executes it. */
  alterable: boolean;
  /** Roles that may execute it, besides its owner. `public`: every role. */
  executors: string[];
}

/** The functions whose access lists this area manages. */
export async function readFacilities(client: Client): Promise<FacilityFunction[]> {
  const names = Object.values(facilities).flatMap((facility) => facility.names);
  const { rows } = await client.query<FacilityFunction>(readSql(__dirname, "facilities"), [names]);
  return rows;
}

/** Who may use a facility without a declaration, and who may not in spite of one. */
export async function inspectFacilities(
  client: Client,
  access: DeclaredAccess,
): Promise<FacilityFinding[]> {
  return planFacilities(await readFacilities(client), access);
}

/**
 * One finding for each role and facility. Reads and writes nothing.
 *
 * The functions belong to the superuser who made the cluster. A deploy role without its rights finds nothing: what it can
 * never repair would be reported for ever. Roles of others keep what they have.
 *
 * The owner and its members have advisory locks without a declaration: everything that this project changes takes them.
 */
function planFacilities(
  functions: readonly FacilityFunction[],
  { roles, owner }: Pick<DeclaredAccess, "roles" | "owner">,
): FacilityFinding[] {
  return (Object.keys(facilities) as Facility[]).flatMap((facility) => {
    const { what, why, names } = facilities[facility];
    const its = functions.filter(({ name, alterable }) => alterable && names.includes(name));
    const declared = roles.filter(
      ({ name, memberOf = [], uses = [] }) =>
        uses.includes(facility) ||
        (facility === "advisoryLocks" && [name, ...memberOf].includes(owner)),
    );
    const object = `functions for ${what}`;
    const granted = declared.flatMap(({ name: role }): FacilityFinding[] => {
      const lacking = its.filter(({ executors }) => !executors.includes(role));
      if (lacking.length === 0) return [];
      const sql = `grant execute on function ${listOf(lacking)} to ${escapeIdentifier(role)}`;
      const expected = `EXECUTE to ${role}`;
      const actual = `no ${expected}${partOf(lacking, its)}`;
      return [{ kind: "facility missing", object, expected, actual, repair: "automatic", sql }];
    });
    const isOpen = (role: string) =>
      role === "public" ||
      (roles.some(({ name }) => name === role) && !declared.some(({ name }) => name === role));
    const open = [...new Set(its.flatMap(({ executors }) => executors))].filter(isOpen);
    const revoked = open.map((role): FacilityFinding => {
      const held = its.filter(({ executors }) => executors.includes(role));
      const who = role === "public" ? "PUBLIC" : role;
      const grantee = role === "public" ? role : escapeIdentifier(role);
      return {
        kind: "facility open",
        object,
        expected: `no EXECUTE to ${who}`,
        actual: `EXECUTE to ${who}${partOf(held, its)}`,
        repair: "automatic",
        reason: why,
        sql: `revoke execute on function ${listOf(held)} from ${grantee} cascade`,
      };
    });
    return [...granted, ...revoked];
  });
}

function listOf(functions: readonly FacilityFunction[]): string {
  return functions.map(({ signature }) => signature).join(", ");
}

/** Which of a facility's functions; nothing where it is all of them. */
function partOf(some: readonly FacilityFunction[], all: readonly FacilityFunction[]): string {
  return some.length === all.length ? "" : ` on ${listOf(some)}`;
}
