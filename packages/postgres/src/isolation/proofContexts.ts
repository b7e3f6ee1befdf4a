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
  /** Where contexts are signed. Default: none is sent. */
  token?: string;
}

/** Makes the token of a context, where contexts are signed. */
export type Sign = (context: { userRole: string; customerId: string; expires: Date }) => string;

/** What a role is to the tenants' rows. */
export type RoleKind = "tenant" | "administrator" | "backup" | "stranger";

/**
 * The ways in which a session may say who it is. Reading tries all of a context's variants, everything else the first.
 *
 * Malformed ids begin or end with a real one: what is cut off or skipped by a careless cast would show its rows.
 */
export function contextVariants(
  pair: TenantPair,
  sign?: Sign,
): Record<SessionContext, ContextVariables[]> {
  const id = pair.own;
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
  const as = (role: string, text: string | null) => variablesOf({ id: text, role }, sign);
  return {
    own: [
      as("customer", pair.own),
      // Beside a token the variables say nothing.
      ...(sign ? [{ ...as("customer", pair.own), id: pair.other, role: "administrator" }] : []),
    ],
    other: [as("customer", pair.other)],
    none: [
      { id: null, role: null },
      { id, role: null },
      { id: null, role: "customer" },
    ],
    empty: [{ id: "", role: "", ...(sign && { token: "" }) }],
    malformed: [...malformed, ...never].map((text) => as("customer", text)),
    forged: [...roles.map((role) => as(role, id)), ...(sign ? forgedTokens(pair, sign) : [])],
    administrator: [
      as("administrator", null),
      // An id besides is no administrator's to sign.
      ...(sign ? [] : [as("administrator", id), as("administrator", "x")]),
    ],
  };
}

/** Long enough for a proof. */
const minutes = 10 * 60_000;
/** Longer than any proof takes. */
const hour = 60 * 60_000;

/** A context as an application would set it, signed where contexts are. */
export function variablesOf(
  { id, role }: Pick<ContextVariables, "id" | "role">,
  sign?: Sign,
): ContextVariables {
  if (sign === undefined) return { id, role };
  const expires = new Date(Date.now() + minutes);
  return { id, role, token: sign({ userRole: role ?? "", customerId: id ?? "", expires }) };
}

/** What somebody would make up who has no key, or only a token of another one, or an old one. */
function forgedTokens({ own, other }: TenantPair, sign: Sign): ContextVariables[] {
  const expires = new Date(Date.now() + minutes);
  const mine = sign({ userRole: "customer", customerId: own, expires });
  const [, , end = "", key = "", signature = ""] = mine.split(".");
  const tokens = [
    // The variables alone are not believed.
    undefined,
    ["customer", other, end, key, signature].join("."),
    ["administrator", "", end, key, signature].join("."),
    ["customer", own, String(Number(end) + 1), key, signature].join("."),
    ["customer", own, end, "another", signature].join("."),
    ["customer", own, end, "", signature].join("."),
    ["customer", own, end, key, ""].join("."),
    ["customer", own, end, key, "0".repeat(64)].join("."),
    ["customer", own, end, key, signature.slice(0, 32) + "0".repeat(32)].join("."),
    ["customer", own, end, key, "0".repeat(32) + signature.slice(32)].join("."),
    `${["customer", own, end, key].join(".")}:${signature}`,
    `${mine}.${signature}`,
    mine.toUpperCase(),
    `${mine}0`,
    mine.slice(0, -1),
    `.${mine}`,
    ".".repeat(1000),
    // Over long before the proof's transaction began: a token is good for what began before its end.
    sign({ userRole: "customer", customerId: own, expires: new Date(Date.now() - hour) }),
    sign({ userRole: "administrator", customerId: own, expires }),
  ];
  return tokens.flatMap((token) =>
    ["customer", "administrator"].map((role) => ({
      id: own,
      role,
      ...(token === undefined ? {} : { token }),
    })),
  );
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
