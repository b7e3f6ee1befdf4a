import { InvalidArgumentError } from "commander";
import { signer } from "hosterizer-database-client/signContext";

/** Whose rows a session sees. */
export type TenantContext = { kind: "customer"; id: string } | { kind: "administrator" };

/** How long a signed context lasts: a working day, in milliseconds. */
const tokenLifetime = 12 * 3_600_000;

/**
 * The session variables that make up a context.
 *
 * @param contextKey signs the context, if the database requires that
 */
export function contextVariables(
  context: TenantContext,
  contextKey?: string,
): Record<string, string> {
  const id = context.kind === "customer" ? context.id : "";
  const expires = new Date(Date.now() + tokenLifetime);
  const token = signer(contextKey)?.({ userRole: context.kind, customerId: id, expires });
  return {
    ...(id === "" ? {} : { "app.current_customer_id": id }),
    "app.current_user_role": context.kind,
    ...(token === undefined ? {} : { "app.context": token }),
  };
}

/**
 * The same as libpq's PGOPTIONS, which apply to the whole session.
 *
 * https://www.postgresql.org/docs/15/libpq-envars.html
 */
export function tenantOptions(context: TenantContext, contextKey?: string): string {
  return Object.entries(contextVariables(context, contextKey))
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" ");
}

const largestId = 2n ** 63n - 1n;

/** Parses a customer's id, a positive bigint. @throws InvalidArgumentError, to which commander adds the option's name */
export function customerId(text: string): string {
  if (!/^[1-9]\d{0,18}$/.test(text) || BigInt(text) > largestId) {
    throw new InvalidArgumentError(`A customer's id is a whole number from 1 to ${largestId}.`);
  }
  return text;
}
