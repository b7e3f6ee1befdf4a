import type { Answers } from "./answers";
import { believedBody } from "./believedBody";
import { signedBody } from "./signedContext/signedBody";
import type { Tenancy } from "./tenancy";

/** A function in PL/pgSQL that policies call. */
export interface ContextFunction {
  name: string;
  returns: "bigint" | "boolean";
  /** As pg_proc.prosrc keeps it. */
  body: string;
  /** Runs with its owner's rights: it may read what the caller must not. */
  securityDefiner: boolean;
  /** As pg_proc.proconfig keeps them. */
  configuration: readonly string[];
}

/** Schema of the functions, owned by the owner. */
export const contextSchema = "tenancy";

const lowest = "'-9223372036854775808'::pg_catalog.int8";
const highest = "'9223372036854775807'::pg_catalog.int8";

/** What each of them answers, whatever the contract. None calls another: its caller would need USAGE on this schema. */
const answers: readonly (Pick<ContextFunction, "name" | "returns"> & Answers)[] = [
  {
    name: "is_administrator",
    returns: "boolean",
    administrator: "true",
    customer: () => "false",
    nobody: "false",
  },
  {
    name: "current_customer_id",
    returns: "bigint",
    administrator: "null",
    customer: (id) => id,
    nobody: "null",
  },
  {
    name: "lowest_customer_id",
    returns: "bigint",
    administrator: lowest,
    customer: (id) => id,
    nobody: "null",
  },
  {
    name: "highest_customer_id",
    returns: "bigint",
    administrator: highest,
    customer: (id) => id,
    nobody: "null",
  },
];

const believing: readonly ContextFunction[] = answers.map(({ name, returns, ...its }) => ({
  name,
  returns,
  body: believedBody(its),
  securityDefiner: false,
  configuration: [],
}));

/** They read the keys with their owner's rights, and so have a search_path of their own. */
const verifying: readonly ContextFunction[] = answers.map(({ name, returns, ...its }) => ({
  name,
  returns,
  body: signedBody(its),
  securityDefiner: true,
  configuration: ["search_path=pg_catalog, pg_temp"],
}));

/**
 * The functions that tell who is asking. No context, an empty or a malformed one gives null or false, never an error, but for a
 * token that is rightly signed and whose end is no time.
 */
export function contextFunctions({
  context,
}: Pick<Tenancy, "context">): readonly ContextFunction[] {
  return context === "signed" ? verifying : believing;
}

/** What they are called, whatever the contract. */
export const contextFunctionNames: readonly string[] = answers.map(({ name }) => name);

/** Everything that belongs into the schema, as pg_identify_object names it, kind first. */
export const contextObjects: readonly string[] = contextFunctionNames.map(
  (name) => `function ${contextSchema}.${name}()`,
);
