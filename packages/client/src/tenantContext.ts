/** Whose rows a transaction sees; docs/tenancy.md, section The contract. */
export type TenantContext =
  | { userRole: "customer"; customerId: number | bigint | string }
  | { userRole: "administrator"; customerId?: undefined };

/** The requested context is invalid or contradictory. Nothing was sent. */
export class TenantContextError extends Error {
  override readonly name = "TenantContextError";
}

const largest = 2n ** 63n - 1n;

/** The contract's two variables. */
export interface ContextVariables {
  userRole: "customer" | "administrator";
  /** Empty for an administrator. */
  customerId: string;
}

/**
 * What a context is to the database.
 *
 * Both fields are read as the context's own, never from a prototype.
 *
 * @throws TenantContextError for a customer without an id, an id that is not a positive bigint, an unknown role, or an
 *   administrator with an id, who would see all rows and not that customer's
 */
export function contextVariables(context: TenantContext): ContextVariables {
  const userRole: unknown = own(context, "userRole");
  const customerId: unknown = own(context, "customerId");
  if (userRole === "administrator") {
    if (customerId === undefined) return { userRole, customerId: "" };
    const remedy = "Leave customerId out, or make userRole customer.";
    throw new TenantContextError(`customerId of an administrator: ${shown(customerId)}. ${remedy}`);
  }
  if (userRole !== "customer") {
    throw new TenantContextError(`userRole: ${shown(userRole)} is not customer or administrator.`);
  }
  return { userRole, customerId: customerNumber(customerId) };
}

/**
 * The statements that set a context for the transaction that they are in, both variables always: what an earlier user of the
 * connection may have left in one of them counts no more.
 */
export function contextStatements({ userRole, customerId }: ContextVariables): string[] {
  // Neither value has anything in it that would have to be quoted.
  return [
    `set local app.current_customer_id = '${customerId}'`,
    `set local app.current_user_role = '${userRole}'`,
  ];
}

/** The same as calls in a select list, where it has to be one statement, which takes longer. */
export function contextCalls({ userRole, customerId }: ContextVariables): string[] {
  return [
    `pg_catalog.set_config('app.current_customer_id', '${customerId}', true)`,
    `pg_catalog.set_config('app.current_user_role', '${userRole}', true)`,
  ];
}

function customerNumber(value: unknown): string {
  const isNumber =
    typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
  const text = isNumber ? String(value) : typeof value === "string" ? value : "";
  if (/^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= largest) return text;
  throw new TenantContextError(
    `customerId: ${shown(value)} is not the id of a customer, a whole number from 1 to ${largest}.`,
  );
}

/** A property of the object's own: one that every object has by its prototype is nobody's wish. */
export function own<T extends object, Key extends keyof T>(
  object: T,
  key: Key,
): T[Key] | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A value in an error message. */
export function shown(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  const text = JSON.stringify(value) as string | undefined;
  return text ?? String(value);
}
