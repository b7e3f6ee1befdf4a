import { escapeIdentifier } from "pg";

/** The name that stands for every role there is or will be. */
export const publicRole = "public";

/** Whom a statement grants to: PUBLIC is no role, and no role can have its name. */
export function grantee(role: string): string {
  return role === publicRole ? "public" : escapeIdentifier(role);
}
