import type { RoleDeclaration } from "../access/declarations";
import type { AuditFinding } from "./auditFinding";
import type { FoundPassword } from "./readPasswords";

/** A finding for each password that is missing or could be replayed. The role's own resource sets it again. */
export function planPasswords(
  found: readonly FoundPassword[],
  declared: readonly RoleDeclaration[],
): AuditFinding[] {
  const logins = declared.filter(({ login }) => login).map(({ name }) => name);
  return found
    .filter(({ name, kept }) => logins.includes(name) && kept !== "SCRAM-SHA-256")
    .map(({ name, kept }) => ({
      kind: "role password",
      object: `role ${name}`,
      expected: "a SCRAM-SHA-256 password",
      actual: kept === "md5" ? "an md5 password" : kept,
      repair: "automatic",
    }));
}
