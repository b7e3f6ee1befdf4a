import type { RoleDeclaration } from "../access/declarations";
import { hasPassword } from "../access/logins";

/** Who logs in with a password and is not the migrator, which is the owner when it wants to be. */
export function strangersAmong(roles: readonly RoleDeclaration[], migrator: string): string[] {
  return roles
    .filter((role) => hasPassword(role) && role.name !== migrator)
    .map(({ name }) => name);
}
