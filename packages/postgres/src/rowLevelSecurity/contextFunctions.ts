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

type ContextFunction = ManagedFunction<typeof kindPrefix>;

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

/** Each function with the types of its parameters. */
export const contextFunctionSignatures: readonly string[] = [
  ...functions.map(({ name }) => `${contextSchema}.${name}()`),
  `${contextSchema}.acts_as(name[])`,
];

/** The objects that belong in the schema, as pg_identify_object names them, kind first. */
export const contextObjects: readonly string[] = contextFunctionSignatures.map(
  (signature) => `function ${signature.replace("(name", "(pg_catalog.name")}`,
);

/** The condition that the session's role is one of the roles or inherits from one, as pg_get_expr prints it. */
export function actsAs(roles: readonly string[]): string {
  const elements = [...new Set(roles)].sort().map(arrayElement).join(",");
  return `${contextSchema}.acts_as('{${elements.replaceAll("'", "''")}}'::name[])`;
}

/** Quoted where PostgreSQL quotes it: https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO */
function arrayElement(text: string): string {
  const isPlain = text !== "" && !/[{},"\\\s]|^null$/i.test(text);
  return isPlain ? text : `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

/**
 * The functions that tell policies who is asking.
 *
 * Without a context, or with an empty or malformed one, they return null or false and raise no error. The exception is a
 * token with a valid signature whose expiry is not a number: only a holder of a signing key can make one.
 */
export function contextFunctions({ tenancy, owner }: RowLevelSecurity): ContextFunction[] {
  const administrators = tenancy.administrators === "role" ? tenancy.administratorRoles : [];
  const isSigned = tenancy.context === "signed";
  const aboutCustomers = functions.map(({ name, returns, ...answers }): ContextFunction => ({
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
  return [...aboutCustomers, rolesFunction(owner)];
}

/**
 * The function by which a policy asks for a role, as TO would.
 *
 * Before 15.20, DROP OWNED BY CURRENT_USER takes the role out of the TO of every policy, so policies name none there.
 *
 * PostgreSQL selects policies by TO when it plans a statement, and plans it again for another role. An immutable function of
 * constants is evaluated at the same moment, and what it excludes leaves the plan: with a stable one, the OR of all policies
 * would cost a sequential scan. A role that does not exist is nobody's.
 */
function rolesFunction(owner: string): ContextFunction {
  return {
    kindPrefix,
    schema: contextSchema,
    name: "acts_as",
    parameters: [{ name: "roles", type: "name[]" }],
    returns: "boolean",
    language: "plpgsql",
    body: `
declare
  one pg_catalog.name;
begin
  foreach one in array roles loop
    if pg_catalog.pg_has_role(current_user, pg_catalog.to_regrole(pg_catalog.quote_ident(one))::pg_catalog.oid, 'USAGE') then
      return true;
    end if;
  end loop;
  return false;
end
`,
    attributes: {
      nullInput: "CALLED ON NULL INPUT",
      volatility: "IMMUTABLE",
      parallel: "PARALLEL SAFE",
      leakproof: "NOT LEAKPROOF",
      // With another's rights it would see another's role.
      security: "SECURITY INVOKER",
    },
    settings: [],
    owner,
    // The policies are every role's, and show a role that they do not name no rows, without an error.
    executors: ["public"],
    policiesAreRecreated: true,
    reasons: {
      missing: "policies call it",
      volatility: "the planner evaluates an immutable function, and so can use an index",
      executor: "every role's policies call it",
    },
  };
}

/**
 * How the live functions differ from the declared ones, with the SQL that repairs them. Changes nothing.
 *
 * @param canVerify Whether the table of signing keys exists. Without it, functions that verify tokens are left out.
 */
export async function inspectContextFunctions(
  client: Client,
  wanted: RowLevelSecurity,
  canVerify = true,
): Promise<FunctionFinding<typeof kindPrefix>[]> {
  const live = await readFunctions(client, contextSchema);
  return contextFunctions(wanted)
    .filter(({ attributes }) => canVerify || attributes.security === "SECURITY INVOKER")
    .flatMap((declared) => planFunction(live, declared));
}

/** Leaves the functions as declared, in one transaction. May drop policies that call them, which must then be created. */
export async function applyContextFunctions(
  client: Client,
  wanted: RowLevelSecurity,
  canVerify = true,
): Promise<void> {
  await convergeWith(client, wanted, () => inspectContextFunctions(client, wanted, canVerify));
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
