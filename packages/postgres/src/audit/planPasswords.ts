import { escapeIdentifier } from "pg";

import type { RoleDeclaration } from "../access/declarations";
import type { AuditFinding } from "./auditFinding";
import type { FoundPassword } from "./readPasswords";

/**
 * A finding for each password that is missing or could be replayed, which the role's own resource sets again, and for each
 * that a role has which logs in by certificate alone.
 */
export function planPasswords(
  found: readonly FoundPassword[],
  declared: readonly RoleDeclaration[],
): AuditFinding[] {
  return found.flatMap(({ name, kept }): AuditFinding[] => {
    const role = declared.find((role) => role.name === name && role.login);
    const byCertificate = role?.authenticates === "certificate";
    const wanted = byCertificate ? "no password" : "SCRAM-SHA-256";
    if (role === undefined || kept === wanted) return [];
    return [
      {
        kind: "role password",
        object: `role ${name}`,
        expected: words[wanted],
        actual: words[kept],
        repair: "automatic",
        ...(byCertificate
          ? {
              reason: "it logs in by certificate alone",
              sql: `alter role ${escapeIdentifier(name)} password null`,
            }
          : {}),
      },
    ];
  });
}

const words: Readonly<Record<FoundPassword["kept"], string>> = {
  "SCRAM-SHA-256": "a SCRAM-SHA-256 password",
  md5: "an md5 password",
  "no password": "no password",
  "another form": "another form",
};
