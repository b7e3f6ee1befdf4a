import type { Tenancy } from "../rowLevelSecurity/tenancy";
import type { SessionContext } from "./isolationProof";

/** Ids of the two tenants that the proof works with. */
export interface TenantPair {
  own: string;
  other: string;
}

/** The contract's session variables: null if unset, empty as in a pooled session after a transaction. */
export interface ContextVariables {
  id: string | null;
  role: string | null;
  /** The signed token. Default: none is sent. */
  token?: string;
}

/** Signs a context. */
export type Sign = (context: { userRole: string; customerId: string; expires: Date }) => string;

/** Signs a context for one transaction. */
export type SignFor = (context: {
  userRole: string;
  customerId: string;
  /** Milliseconds from the transaction's beginning by the server's clock, which is what a token's expiry is compared with. */
  validFor: number;
}) => string;

/** @param began when the transaction began, by the server's clock */
export function signFor(sign: Sign, began: Date): SignFor {
  return ({ validFor, ...context }) =>
    sign({ ...context, expires: new Date(began.getTime() + validFor) });
}

/** What the declaration allows a role to see. */
export type RoleKind = "tenant" | "administrator" | "backup" | "stranger";

/**
 * The ways to claim each identity. Reads try every variant of a context, other commands only the first.
 *
 * Malformed ids begin or end with a real one, because a careless cast that truncates or skips characters would show that tenant's rows.
 */
export function contextVariants(
  pair: TenantPair,
  sign?: SignFor,
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
      // With a token, the variables are ignored.
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
      // A signed administrator context has no id.
      ...(sign ? [] : [as("administrator", id), as("administrator", "x")]),
    ],
  };
}

/** How long a token is valid, in milliseconds. */
const validFor = 60_000;

/** A context as an application sets it, with a token if contexts are signed. */
export function variablesOf(
  { id, role }: Pick<ContextVariables, "id" | "role">,
  sign?: SignFor,
): ContextVariables {
  if (sign === undefined) return { id, role };
  return { id, role, token: sign({ userRole: role ?? "", customerId: id ?? "", validFor }) };
}

/** Tokens that an attacker could forge without the key, from a token of another tenant, or from an expired one. */
function forgedTokens({ own, other }: TenantPair, sign: SignFor): ContextVariables[] {
  const mine = sign({ userRole: "customer", customerId: own, validFor });
  const [, , end = "", key = "", signature = ""] = mine.split(".");
  const tokens = [
    // Variables without a token have no effect.
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
    // Expired before the transaction began. One that expires later stays valid in it.
    sign({ userRole: "customer", customerId: own, validFor: -validFor }),
    sign({ userRole: "administrator", customerId: own, validFor }),
  ];
  return tokens.flatMap((token) =>
    ["customer", "administrator"].map((role) => ({
      id: own,
      role,
      ...(token === undefined ? {} : { token }),
    })),
  );
}

/** The rows that the contract lets a role see. */
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
