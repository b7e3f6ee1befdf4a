import { type Client, escapeIdentifier } from "pg";

import type { RoleDeclaration } from "../access/declarations";
import type { Finding } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import { type DeclaredAccess, scopeOf } from "./declaredAccess";

export const passwordKinds = ["role password"] as const;

type PasswordFinding = Finding<(typeof passwordKinds)[number]>;

/** The form in which a login role's password is stored; never the password. */
export interface StoredPassword {
  name: string;
  form: "SCRAM-SHA-256" | "md5" | "no password" | "another form";
}

/** How stored passwords differ from the declaration; nothing where the session may not read pg_authid. */
export async function inspectPasswords(
  client: Client,
  access: DeclaredAccess,
): Promise<PasswordFinding[]> {
  const { rows } = await client.query<{ allowed: boolean }>(
    "select pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'select') as allowed",
  );
  if (rows[0]?.allowed !== true) return [];
  const stored = await client.query<StoredPassword>(readSql(__dirname, "passwords"), [
    scopeOf(access).roles,
  ]);
  return planPasswords(stored.rows, access.roles);
}

/**
 * A finding for each password that is missing or stored in a weaker form, which the role's own resource sets again, and for
 * each password of a role that logs in by certificate only. Reads and writes nothing.
 */
export function planPasswords(
  stored: readonly StoredPassword[],
  declared: readonly RoleDeclaration[],
): PasswordFinding[] {
  return stored.flatMap(({ name, form }): PasswordFinding[] => {
    const role = declared.find((role) => role.name === name && role.login);
    const byCertificate = role?.authenticates === "certificate";
    const wanted = byCertificate ? "no password" : "SCRAM-SHA-256";
    if (role === undefined || form === wanted) return [];
    return [
      {
        kind: "role password",
        object: `role ${name}`,
        expected: words[wanted],
        actual: words[form],
        repair: "automatic",
        ...(byCertificate
          ? {
              reason: "it logs in by certificate only",
              sql: `alter role ${escapeIdentifier(name)} password null`,
            }
          : {}),
      },
    ];
  });
}

const words: Readonly<Record<StoredPassword["form"], string>> = {
  "SCRAM-SHA-256": "a SCRAM-SHA-256 password",
  md5: "an md5 password",
  "no password": "no password",
  "another form": "another form",
};
