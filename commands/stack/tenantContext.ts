import { InvalidArgumentError } from "commander";

/** Whose rows a session sees. */
export type TenantContext = { kind: "customer"; id: string } | { kind: "administrator" };

/**
 * The context as libpq's PGOPTIONS: the session has it from its start until its end.
 *
 * https://www.postgresql.org/docs/15/libpq-envars.html
 */
export function tenantOptions(context: TenantContext): string {
  const role = `-c app.current_user_role=${context.kind}`;
  return context.kind === "customer" ? `-c app.current_customer_id=${context.id} ${role}` : role;
}

const largest = 2n ** 63n - 1n;

/** Reads a customer's id: a positive bigint. @throws InvalidArgumentError, which names the option */
export function customerId(text: string): string {
  if (!/^[1-9]\d{0,18}$/.test(text) || BigInt(text) > largest) {
    throw new InvalidArgumentError(`A customer's id is a whole number from 1 to ${largest}.`);
  }
  return text;
}
