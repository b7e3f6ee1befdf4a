import type { Client } from "pg";

import { convergeWith } from "../convergence/converge";
import {
  type FunctionFinding,
  functionKinds,
  type ManagedFunction,
  planFunction,
  readFunctions,
} from "../convergence/managedFunction";
import { signingKeysTable } from "./signingKeys";
import type { RowLevelSecurity } from "./tenancy";

/** Schema of the functions, owned by the owner. */
export const contextSchema = "tenancy";

const kindPrefix = "context function";

/** The kinds of drift of the functions that policies call. */
export const contextFunctionKinds = functionKinds(kindPrefix);

/** What a function returns to whom, as expressions of PL/pgSQL. */
interface Answers {
  administrator: string;
  /** Takes an expression of the customer's id, a bigint. */
  customer: (id: string) => string;
  anyoneElse: string;
}

const lowest = "'-9223372036854775808'::pg_catalog.int8";
const highest = "'9223372036854775807'::pg_catalog.int8";

/** No function calls another: its caller would need USAGE on this schema. */
const functions: readonly (Answers & { name: string; returns: "bigint" | "boolean" })[] = [
  {
    name: "is_administrator",
    returns: "boolean",
    administrator: "true",
    customer: () => "false",
    anyoneElse: "false",
  },
  {
    name: "current_customer_id",
    returns: "bigint",
    administrator: "null",
    customer: (id) => id,
    anyoneElse: "null",
  },
  {
    name: "lowest_customer_id",
    returns: "bigint",
    administrator: lowest,
    customer: (id) => id,
    anyoneElse: "null",
  },
  {
    name: "highest_customer_id",
    returns: "bigint",
    administrator: highest,
    customer: (id) => id,
    anyoneElse: "null",
  },
];

export const contextFunctionNames: readonly string[] = functions.map(({ name }) => name);

/** The objects that belong in the schema, as pg_identify_object names them, kind first. */
export const contextObjects: readonly string[] = contextFunctionNames.map(
  (name) => `function ${contextSchema}.${name}()`,
);

/**
 * The functions that tell policies who is asking.
 *
 * Without a context, or with an empty or malformed one, they return null or false and raise no error. The exception is a
 * token with a valid signature whose expiry is not a number: only a holder of a signing key can make one.
 */
export function contextFunctions({
  tenancy,
  owner,
}: RowLevelSecurity): ManagedFunction<typeof kindPrefix>[] {
  const administrators = tenancy.administrators === "role" ? tenancy.administratorRoles : [];
  const isSigned = tenancy.context === "signed";
  return functions.map(({ name, returns, ...answers }) => ({
    kindPrefix,
    schema: contextSchema,
    name,
    parameters: [],
    returns,
    language: "plpgsql",
    body: isSigned ? bodyVerifyingToken(answers) : bodyTrustingSession(answers),
    attributes: {
      nullInput: "CALLED ON NULL INPUT",
      volatility: "STABLE",
      parallel: "PARALLEL SAFE",
      leakproof: "NOT LEAKPROOF",
      // The signing keys are readable by the owner alone.
      security: isSigned ? "SECURITY DEFINER" : "SECURITY INVOKER",
    },
    settings: isSigned ? ["search_path=pg_catalog, pg_temp"] : [],
    owner,
    // Policies apply to the owner too.
    executors: [...tenancy.tenantRoles, ...administrators, owner],
    policiesAreRecreated: true,
    reasons: {
      missing: "policies call it",
      volatility: "a stable function runs once per statement",
      executor: "its policies call the function",
    },
  }));
}

/** How the live functions differ from the declared ones, with the SQL that repairs them. Changes nothing. */
export async function inspectContextFunctions(
  client: Client,
  wanted: RowLevelSecurity,
): Promise<FunctionFinding<typeof kindPrefix>[]> {
  const live = await readFunctions(client, contextSchema);
  return contextFunctions(wanted).flatMap((declared) => planFunction(live, declared));
}

/** Leaves the functions as declared, in one transaction. May drop policies that call them, which must then be created. */
export async function applyContextFunctions(
  client: Client,
  wanted: RowLevelSecurity,
): Promise<void> {
  await convergeWith(client, wanted, () => inspectContextFunctions(client, wanted));
}

/**
 * The body of a function that trusts the session variables, as the guide's contract specifies.
 *
 * It is in PL/pgSQL, which is compiled once per session: a body in SQL is parsed again in every statement that it is inlined
 * into, which costs more than the call. A SET clause would cost as much again, so the body qualifies every name and operator
 * instead: the caller's search_path cannot replace any of them. A value is cast only after it proved to be a number.
 */
function bodyTrustingSession({ administrator, customer, anyoneElse }: Answers): string {
  return `
declare
  who constant pg_catalog.text := pg_catalog.current_setting('app.current_user_role', true);
  written pg_catalog.text;
begin
  if who operator(pg_catalog.=) 'administrator' then
    return ${administrator};
  end if;
  if who operator(pg_catalog.=) 'customer' then
    written := pg_catalog.current_setting('app.current_customer_id', true);
    if written operator(pg_catalog.~) '^[0-9]{1,19}$' then
      if written::pg_catalog.numeric operator(pg_catalog.<=) 9223372036854775807 then
        return ${customer("written::pg_catalog.int8")};
      end if;
    end if;
  end if;
  return ${anyoneElse};
end
`;
}

const part = (number: number) => `split_part(token, '.', ${String(number)})`;
const notExpired = `to_timestamp(${part(3)}::double precision) >= transaction_timestamp()`;

/**
 * The body of a function that verifies the token in app.context: `role.customer.expiry.key.signature`.
 *
 * The signature is the HMAC-SHA256, https://www.rfc-editor.org/rfc/rfc2104, of everything before it. It is computed with
 * sha256 alone, because the table stores each key as its two pads. The comparison is between hashes of the signatures, so
 * that its duration reveals nothing about the correct one. A token is valid for transactions that begin before it expires,
 * however long they take.
 *
 * PL/pgSQL prepares each expression again in each transaction, so there are few, and none casts a part of the token before
 * its signature is verified. A customer id that is not a bigint matches no customer.
 */
function bodyVerifyingToken({ administrator, customer, anyoneElse }: Answers): string {
  return `
declare
  token constant text := current_setting('app.context', true);
  signature text;
begin
  select encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(left(token, -65), 'UTF8'))), 'hex')
    into signature
    from ${signingKeysTable} as k
   where k.id = ${part(4)};
  if sha256(convert_to(signature, 'UTF8')) = sha256(convert_to(${part(5)}, 'UTF8')) then
    if ${part(1)} = 'customer' and ${notExpired}
       and (case ltrim(${part(2)}, '0123456789') when '' then nullif(${part(2)}, '')::numeric <= 9223372036854775807 end) then
      return ${customer(`${part(2)}::bigint`)};
    end if;
    if ${part(1)} = 'administrator' and ${part(2)} = '' and ${notExpired} then
      return ${administrator};
    end if;
  end if;
  return ${anyoneElse};
end
`;
}
