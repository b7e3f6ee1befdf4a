import { InvalidArgumentError } from "commander";

import { signer } from "hosterizer-database-client/signContext";

/** Whose rows a session sees. */
export type TenantContext = { kind: "customer"; id: string } | { kind: "administrator" };

/** How long a session of psql sees what its context shows, where contexts are signed: a working day, in milliseconds. */
const tokenLifetime = 12 * 3_600_000;

/**
 * The context as libpq's PGOPTIONS: the session has it from its start until its end.
 *
 * https://www.postgresql.org/docs/15/libpq-envars.html
 *
 * @param contextKey signs it, where the database wants that
 */
export function tenantOptions(context: TenantContext, contextKey?: string): string {
  const id = context.kind === "customer" ? context.id : "";
  const expires = new Date(Date.now() + tokenLifetime);
  const token = signer(contextKey)?.({ userRole: context.kind, customerId: id, expires });
  return [
    ...(id === "" ? [] : [`-c app.current_customer_id=${id}`]),
    `-c app.current_user_role=${context.kind}`,
    ...(token === undefined ? [] : [`-c app.context=${token}`]),
  ].join(" ");
}

const largest = 2n ** 63n - 1n;

/** Reads a customer's id: a positive bigint. @throws InvalidArgumentError, which names the option */
export function customerId(text: string): string {
  if (!/^[1-9]\d{0,18}$/.test(text) || BigInt(text) > largest) {
    throw new InvalidArgumentError(`A customer's id is a whole number from 1 to ${largest}.`);
  }
  return text;
}
