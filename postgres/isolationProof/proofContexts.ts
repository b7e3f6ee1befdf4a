import type { Tenancy } from "../rowLevelSecurity/tenancy";
import type { SessionContext } from "./isolationProof";

/** The ids of the two tenants that the proof is tried on. */
export interface TenantPair {
  own: string;
  other: string;
}

/** The contract's variables; null for one that is not set, empty for what a pooled session has after a transaction. */
export interface ContextVariables {
  id: string | null;
  role: string | null;
}

/** What a role is to the tenants' rows. */
export type RoleKind = "tenant" | "administrator" | "backup" | "stranger";

/**
 * The ways in which a session may say who it is. Reading tries all of a context's variants, everything else the first.
 *
 * Malformed ids begin or end with a real one: what is cut off or skipped by a careless cast would show its rows.
 */
export function contextVariants(pair: TenantPair): Record<SessionContext, ContextVariables[]> {
  const id = pair.own;
  const as = (role: string | null) => (text: string | null) => ({ id: text, role });
  const malformed = [`${id}x`, `x${id}`, ` ${id}`, `${id} `, `${id} or true`, `${id}.0`, `-${id}`];
  const never = ["0", "-1", "1e3", "NaN", "99999999999999999999", "9".repeat(200), `{${id}}`];
  const roles = [
    "Administrator",
    "administrator ",
    "customer,administrator",
    "superuser",
    "CUSTOMER",
    "admin",
    "true",
  ];
  return {
    own: [as("customer")(pair.own)],
    other: [as("customer")(pair.other)],
    none: [
      { id: null, role: null },
      { id, role: null },
      { id: null, role: "customer" },
    ],
    empty: [{ id: "", role: "" }],
    malformed: [...malformed, ...never].map(as("customer")),
    forged: roles.map((role) => ({ id, role })),
    administrator: [
      { id: null, role: "administrator" },
      as("administrator")(id),
      as("administrator")("x"),
    ],
  };
}

/** Whose rows the contract lets a role see. */
export function expectedRows(
  kind: RoleKind,
  administrators: Tenancy["administrators"],
  context: SessionContext,
): "own" | "other" | "both" | "none" {
  if (kind === "backup") return "both";
  if (kind === "stranger") return "none";
  const isAdministrator = context === "administrator";
  if (kind === "administrator") return isAdministrator ? "both" : "none";
  if (isAdministrator) return administrators === "session" ? "both" : "none";
  return context === "own" || context === "other" ? context : "none";
}
