import { type Client, escapeIdentifier } from "pg";

import type { Finding } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import { type DeclaredAccess, scopeOf } from "./declaredAccess";

export const membershipKinds = [
  "membership in a role of ours",
  "membership of a role of ours",
  "admin option",
] as const;

type MembershipFinding = Finding<(typeof membershipKinds)[number]>;

/** A direct membership in a declared role, or of one. */
interface Membership {
  role: string;
  member: string;
  admin_option: boolean;
  /** The member is the session's own role, the one that deploys. */
  deploys: boolean;
}

/** Memberships and admin options that are not declared. */
export async function inspectMemberships(
  client: Client,
  access: DeclaredAccess,
): Promise<MembershipFinding[]> {
  const { rows } = await client.query<Membership>(readSql(__dirname, "memberships"), [
    scopeOf(access).roles,
  ]);
  return planMemberships(rows, access);
}

/** One finding for each membership that is not as declared. Reads and writes nothing. */
export function planMemberships(
  live: readonly Membership[],
  { owner, roles }: Pick<DeclaredAccess, "owner" | "roles">,
): MembershipFinding[] {
  return live.flatMap(({ role, member, admin_option: admin, deploys }): MembershipFinding[] => {
    // Without this membership, a deploy role that is not a superuser could change nothing that the owner owns.
    if (deploys && role === owner) return [];
    const object = `role ${member}`;
    const declared = roles.find(({ name }) => name === member)?.memberOf?.includes(role) ?? false;
    const names = `${escapeIdentifier(role)} from ${escapeIdentifier(member)}`;
    if (declared && !admin) return [];
    if (declared) {
      return [
        {
          kind: "admin option",
          object,
          expected: `member of ${role}`,
          actual: `member of ${role} WITH ADMIN OPTION`,
          repair: "automatic",
          sql: `revoke admin option for ${names} cascade`,
        },
      ];
    }
    const isOurs = roles.some(({ name }) => name === role);
    return [
      {
        kind: isOurs ? "membership in a role of ours" : "membership of a role of ours",
        object,
        expected: `no member of ${role}`,
        actual: `member of ${role}${admin ? " WITH ADMIN OPTION" : ""}`,
        repair: "automatic",
        sql: `revoke ${names} cascade`,
      },
    ];
  });
}
