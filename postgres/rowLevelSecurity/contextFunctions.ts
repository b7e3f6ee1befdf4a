import { signedBody } from "../signedContext/signedBody";
import type { Tenancy } from "./tenancy";

/** A SQL function that policies call. */
export interface ContextFunction {
  name: string;
  returns: "bigint" | "boolean";
  /** As pg_proc.prosrc keeps it. */
  body: string;
  language: "sql" | "plpgsql";
  /** Runs with its owner's rights: it may read what the caller must not. */
  securityDefiner: boolean;
  /** As pg_proc.proconfig keeps them. */
  configuration: readonly string[];
}

/** Schema of the functions, owned by the owner. */
export const contextSchema = "tenancy";

const role = "pg_catalog.current_setting('app.current_user_role', true)";
const customer = "pg_catalog.current_setting('app.current_customer_id', true)";
const equals = "operator(pg_catalog.=)";

const isAdministrator = `${role} ${equals} 'administrator'`;

// CASE, unlike AND, promises that a value is only cast after it was found to be a number.
const customerId = `case when ${role} ${equals} 'customer' then
    case when ${customer} operator(pg_catalog.~) '^[0-9]{1,19}$' then
      case when ${customer}::pg_catalog.numeric operator(pg_catalog.<=) 9223372036854775807 then
        ${customer}::pg_catalog.int8
      end
    end
  end`;

const lowest = "-9223372036854775808";
const highest = "9223372036854775807";

const bound = (end: string) =>
  `select case when ${isAdministrator} then '${end}'::pg_catalog.int8 else\n  ${customerId}\nend`;

/**
 * They have no search_path of their own, because such a function is never inlined; instead every name and operator is
 * qualified, so that the caller's search_path cannot put another one in its place. None calls another: its caller would
 * need USAGE on this schema.
 */
const believing: readonly ContextFunction[] = [
  {
    name: "is_administrator",
    returns: "boolean" as const,
    body: `select case when ${isAdministrator} then true else false end`,
  },
  { name: "current_customer_id", returns: "bigint" as const, body: `select ${customerId}` },
  { name: "lowest_customer_id", returns: "bigint" as const, body: bound(lowest) },
  { name: "highest_customer_id", returns: "bigint" as const, body: bound(highest) },
].map((its) => ({ ...its, language: "sql", securityDefiner: false, configuration: [] }));

/** The same names, so that a switch of the contract replaces them, and policies stay. */
const verifying: readonly ContextFunction[] = [
  {
    name: "is_administrator",
    returns: "boolean" as const,
    body: signedBody({ administrator: "true", customer: "false", nobody: "false" }),
  },
  {
    name: "current_customer_id",
    returns: "bigint" as const,
    body: signedBody({ administrator: "null", customer: "id", nobody: "null" }),
  },
  {
    name: "lowest_customer_id",
    returns: "bigint" as const,
    body: signedBody({ administrator: `'${lowest}'`, customer: "id", nobody: "null" }),
  },
  {
    name: "highest_customer_id",
    returns: "bigint" as const,
    body: signedBody({ administrator: `'${highest}'`, customer: "id", nobody: "null" }),
  },
].map((its) => ({
  ...its,
  language: "plpgsql",
  securityDefiner: true,
  configuration: ["search_path=pg_catalog, pg_temp"],
}));

/** The functions that tell who is asking. No context, an empty or a malformed one gives null or false, never an error. */
export function contextFunctions({
  context,
}: Pick<Tenancy, "context">): readonly ContextFunction[] {
  return context === "signed" ? verifying : believing;
}

/** What they are called, whatever the contract. */
export const contextFunctionNames: readonly string[] = believing.map(({ name }) => name);

/** Everything that belongs into the schema, as pg_identify_object names it, kind first. */
export const contextObjects: readonly string[] = contextFunctionNames.map(
  (name) => `function ${contextSchema}.${name}()`,
);
