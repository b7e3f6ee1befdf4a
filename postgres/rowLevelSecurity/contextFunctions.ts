/** A SQL function that policies call. */
export interface ContextFunction {
  name: string;
  returns: "bigint" | "boolean";
  /** As pg_proc.prosrc keeps it. */
  body: string;
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

const bound = (end: string) =>
  `select case when ${isAdministrator} then '${end}'::pg_catalog.int8 else\n  ${customerId}\nend`;

/**
 * The functions that tell who is asking. No variable, an empty or a malformed one gives null or false, never an error.
 *
 * They have no search_path of their own, because such a function is never inlined; instead every name and operator is
 * qualified, so that the caller's search_path cannot put another one in its place. None calls another: its caller would
 * need USAGE on this schema.
 */
export const contextFunctions: readonly ContextFunction[] = [
  {
    name: "is_administrator",
    returns: "boolean",
    body: `select case when ${isAdministrator} then true else false end`,
  },
  { name: "current_customer_id", returns: "bigint", body: `select ${customerId}` },
  { name: "lowest_customer_id", returns: "bigint", body: bound("-9223372036854775808") },
  { name: "highest_customer_id", returns: "bigint", body: bound("9223372036854775807") },
];

/** Everything that belongs into the schema, as pg_identify_object names it, kind first. */
export const contextObjects: readonly string[] = contextFunctions.map(
  ({ name }) => `function ${contextSchema}.${name}()`,
);
