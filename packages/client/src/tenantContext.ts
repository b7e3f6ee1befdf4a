/** Whose rows a transaction sees; docs/tenancy.md, section The contract. */
export type TenantContext =
  | { userRole: "customer"; customerId: number | bigint | string }
  | { userRole: "administrator"; customerId?: undefined };

/** The requested context or an option is invalid. Nothing was sent. */
export class TenantContextError extends Error {
  override readonly name = "TenantContextError";
}

/** The values of the two variables that the contract defines. */
export interface ContextVariables {
  userRole: "customer" | "administrator";
  /** Empty for an administrator. */
  customerId: string;
}

/**
 * Checks a context and returns the values of its variables.
 *
 * It reads own properties only, never those of a prototype.
 *
 * @throws TenantContextError for a customer without an id, an id that is not a positive bigint, an unknown role, or an
 *   administrator with an id, who would see all rows instead of that customer's
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

function customerNumber(value: unknown): string {
  const isNumber =
    typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
  const text = isNumber ? String(value) : typeof value === "string" ? value : "";
  if (/^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= largestId) return text;
  throw new TenantContextError(
    `customerId: ${shown(value)} is not the id of a customer, a whole number from 1 to ${largestId}.`,
  );
}

const largestId = 2n ** 63n - 1n;

/**
 * The statements that set a context until the transaction ends. They always set both variables, so that no value of an
 * earlier user of the connection remains.
 */
export function contextStatements({ userRole, customerId }: ContextVariables): string[] {
  // Neither value contains a character that needs escaping.
  return [
    `set local app.current_customer_id = '${customerId}'`,
    `set local app.current_user_role = '${userRole}'`,
  ];
}

/** The same as calls in a select list, which is slower, for callers that need one statement. */
export function contextCalls({ userRole, customerId }: ContextVariables): string[] {
  return [
    `pg_catalog.set_config('app.current_customer_id', '${customerId}', true)`,
    `pg_catalog.set_config('app.current_user_role', '${userRole}', true)`,
  ];
}

/** An own property of the object. An inherited one is not something that the caller has asked for. */
export function own<T extends object, Key extends keyof T>(
  object: T,
  key: Key,
): T[Key] | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Formats a value for an error message. */
export function shown(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  const text = JSON.stringify(value) as string | undefined;
  return text ?? String(value);
}
