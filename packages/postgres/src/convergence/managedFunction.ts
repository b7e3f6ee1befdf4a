import { type Client, escapeIdentifier, escapeLiteral } from "pg";

import { quotedName } from "../sql/tableName";
import { readSql } from "../sql/readSql";
import type { Finding } from "./difference";

/** Attributes of a function, in the words of CREATE FUNCTION. */
interface FunctionAttributes {
  nullInput: "CALLED ON NULL INPUT" | "STRICT";
  volatility: "IMMUTABLE" | "STABLE" | "VOLATILE";
  parallel: "PARALLEL SAFE" | "PARALLEL RESTRICTED" | "PARALLEL UNSAFE";
  leakproof: "LEAKPROOF" | "NOT LEAKPROOF";
  security: "SECURITY DEFINER" | "SECURITY INVOKER";
}

interface FunctionDefinition {
  /** As pg_get_function_result prints it; `nothing` for a procedure. */
  returns: string;
  language: string;
  /** As pg_proc.prosrc stores it. */
  body: string;
  attributes: FunctionAttributes;
  /** As pg_proc.proconfig stores them: `search_path=pg_catalog, pg_temp`. */
  settings: readonly string[];
  owner: string;
}

const functionAspects = ["missing", "result", "owner", "body", "attribute", "executor"] as const;

type Aspect = (typeof functionAspects)[number];

/** A kind of drift of a managed function, such as `lookup function owner`. */
type FunctionKind<Prefix extends string = string> = `${Prefix} ${Aspect}`;

/** A finding about a managed function. */
export interface FunctionFinding<Prefix extends string = string> extends Omit<Finding, "kind"> {
  kind: FunctionKind<Prefix>;
}

/** A function that the program creates and keeps as declared. Its schema, name and parameters need no quoting. */
export interface ManagedFunction<Prefix extends string = string> extends FunctionDefinition {
  /** How its kinds of drift begin: with `lookup function`, one is `lookup function owner`. */
  kindPrefix: Prefix;
  schema: string;
  name: string;
  parameters: readonly { name: string; type: string }[];
  /** Roles that may execute it, besides its owner. `public`: every role. */
  executors: readonly string[];
  /**
   * Whether the policies that call it are created again in the same run. Only then are they dropped with a function that
   * CREATE OR REPLACE cannot change; otherwise that drop fails, and nothing changes.
   */
  policiesAreRecreated: boolean;
  /** What a difference leads to, where that is not obvious. */
  reasons: Partial<Record<Aspect | keyof FunctionAttributes | "undeclared executor", string>>;
}

/** A function as the catalog has it. */
export interface LiveFunction extends FunctionDefinition {
  /** Name and types of its parameters: `user_lookup(name)`. */
  signature: string;
  /** As pg_get_function_arguments prints them. */
  arguments: string;
  /** Whether the session's role has the rights of its owner, which CREATE OR REPLACE takes. */
  replaceable: boolean;
  /** Roles that may execute it, its owner included. */
  executors: readonly Executor[];
  /** Policies that call it. */
  policies: readonly { schema: string; table: string; policy: string }[];
}

interface Executor {
  /** `public`: every role. */
  role: string;
  /** Whether it may grant EXECUTE to others; false for the owner, who always may. */
  grantable: boolean;
}

interface Step extends Pick<Finding, "object" | "expected" | "actual" | "sql"> {
  aspect: Aspect;
  reason?: string | undefined;
}

/** All kinds of drift of a managed function. */
export function functionKinds<Prefix extends string>(prefix: Prefix): FunctionKind<Prefix>[] {
  return functionAspects.map((aspect) => `${prefix} ${aspect}` as const);
}

/** Reads every function in the schema from the catalog. */
export async function readFunctions(client: Client, schema: string): Promise<LiveFunction[]> {
  const sql = readSql(__dirname, "managedFunction");
  return (await client.query<LiveFunction>(sql, [schema])).rows;
}

/** The steps that leave the function, its owner and its executors as declared. Reads and writes nothing. */
export function planFunction<Prefix extends string>(
  functions: readonly LiveFunction[],
  wanted: ManagedFunction<Prefix>,
): FunctionFinding<Prefix>[] {
  const live = functions.find(({ signature }) => signature === signatureOf(wanted));
  const steps = live === undefined ? [missing(wanted)] : planExisting(live, wanted);
  return steps.map(({ aspect, reason, ...step }) => ({
    kind: `${wanted.kindPrefix} ${aspect}` as const,
    ...step,
    repair: "automatic",
    ...(reason === undefined ? {} : { reason }),
  }));
}

function missing(wanted: ManagedFunction): Step {
  return {
    aspect: "missing",
    object: `function ${identityOf(wanted)}`,
    expected: `returns ${wanted.returns}`,
    actual: null,
    reason: wanted.reasons.missing,
    sql: `${create(wanted)};\n${grantExecute(wanted)}`,
  };
}

function planExisting(live: LiveFunction, wanted: ManagedFunction): Step[] {
  const differences = compare(live, wanted);
  const mustDrop =
    differences.some(({ aspect }) => aspect === "result") ||
    (live.owner !== wanted.owner && !live.replaceable);
  const sql = mustDrop
    ? `${drop(live, wanted)};\n${create(wanted)};\n${grantExecute(wanted)}`
    : create(wanted);
  return [
    // The SQL of the first difference repairs all of them.
    ...differences.map((step, index) => (index === 0 ? { ...step, sql } : step)),
    ...(mustDrop ? [] : planExecutors(live, wanted)),
  ];
}

/** Compares everything but the executors. */
function compare(live: LiveFunction, wanted: ManagedFunction): Step[] {
  const attributes = ["nullInput", "volatility", "parallel", "leakproof", "security"] as const;
  const rows: [Aspect, expected: string, actual: string, reason?: string | undefined][] = [
    [
      "result",
      result(argumentsOf(wanted), wanted),
      result(live.arguments, live),
      wanted.reasons.result,
    ],
    ["owner", `owner ${wanted.owner}`, `owner ${live.owner}`, wanted.reasons.owner],
    ["body", bodyOf(wanted), bodyOf(live), wanted.reasons.body],
    ...attributes.map((name): (typeof rows)[number] => {
      return ["attribute", wanted.attributes[name], live.attributes[name], wanted.reasons[name]];
    }),
    [
      "attribute",
      setClauses(wanted) || "no SET",
      setClauses(live) || "no SET",
      wanted.reasons.attribute,
    ],
  ];
  const object = `function ${identityOf(wanted)}`;
  return rows
    .filter(([, expected, actual]) => expected !== actual)
    .map(([aspect, expected, actual, reason]) => ({ aspect, object, expected, actual, reason }));
}

function planExecutors(live: LiveFunction, wanted: ManagedFunction): Step[] {
  const identity = identityOf(wanted);
  const target = `execute on function ${identity}`;
  const declared = declaredExecutors(wanted);
  // A new owner takes over the privileges of the old one.
  const executors = live.executors.map((executor) =>
    executor.role === live.owner ? { role: wanted.owner, grantable: false } : executor,
  );
  const step = (role: string, sql: string) => ({
    aspect: "executor" as const,
    object: `privilege of ${role === "public" ? "PUBLIC" : role} on function ${identity}`,
    sql,
  });

  const undeclared = executors
    .filter(({ role }) => !declared.includes(role))
    .map((executor) => ({
      ...step(executor.role, `revoke ${target} from ${grantee(executor.role)} cascade`),
      expected: null,
      actual: held(executor),
      reason: wanted.reasons["undeclared executor"],
    }));
  // CASCADE revokes what the role has granted to others too.
  const grantable = executors
    .filter(({ role, grantable }) => grantable && role !== wanted.owner && declared.includes(role))
    .map((executor) => ({
      ...step(
        executor.role,
        `revoke grant option for ${target} from ${grantee(executor.role)} cascade`,
      ),
      expected: "EXECUTE",
      actual: held(executor),
    }));
  const absent = declared
    .filter((role) => !executors.some((executor) => executor.role === role))
    .map((role) => ({
      ...step(role, `grant ${target} to ${grantee(role)}`),
      expected: "EXECUTE",
      actual: null,
      reason: wanted.executors.includes(role) ? wanted.reasons.executor : undefined,
    }));
  return [...undeclared, ...grantable, ...absent];
}

function create(wanted: ManagedFunction): string {
  const { nullInput, volatility, parallel, leakproof, security } = wanted.attributes;
  const clauses = [nullInput, volatility, parallel, leakproof, security, setClauses(wanted)];
  return `create or replace function ${wanted.schema}.${wanted.name}(${argumentsOf(wanted)}) returns ${wanted.returns}
  language ${wanted.language} ${clauses.join(" ").trim()}
  as ${escapeLiteral(wanted.body)};
alter function ${identityOf(wanted)} owner to ${escapeIdentifier(wanted.owner)}`;
}

function drop({ policies }: LiveFunction, wanted: ManagedFunction): string {
  const callers = wanted.policiesAreRecreated ? policies : [];
  return [
    ...callers.map(
      ({ policy, ...table }) => `drop policy ${escapeIdentifier(policy)} on ${quotedName(table)}`,
    ),
    `drop routine ${identityOf(wanted)}`,
  ].join(";\n");
}

/** Lets the declared roles execute a new function, and no others: PostgreSQL grants EXECUTE to PUBLIC. */
function grantExecute(wanted: ManagedFunction): string {
  const target = `execute on function ${identityOf(wanted)}`;
  const roles = declaredExecutors(wanted).map(grantee);
  return `revoke ${target} from public;\ngrant ${target} to ${roles.join(", ")}`;
}

function declaredExecutors({ executors, owner }: ManagedFunction): string[] {
  return [...new Set([...executors, owner])].sort();
}

function signatureOf({ name, parameters }: ManagedFunction): string {
  return `${name}(${parameters.map(({ type }) => type).join(", ")})`;
}

function identityOf(wanted: ManagedFunction): string {
  return `${wanted.schema}.${signatureOf(wanted)}`;
}

function argumentsOf({ parameters }: ManagedFunction): string {
  return parameters.map(({ name, type }) => `${name} ${type}`).join(", ");
}

function result(parameters: string, { returns }: FunctionDefinition): string {
  return `${parameters === "" ? "" : `(${parameters}) `}returns ${returns}`;
}

/** On one line, as a line of drift shows it. */
function bodyOf({ language, body }: FunctionDefinition): string {
  return `language ${language}, body ${body.replaceAll(/\s+/g, " ").trim()}`;
}

function setClauses({ settings }: FunctionDefinition): string {
  return settings.map((setting) => `SET ${setting}`).join(" ");
}

function held({ grantable }: Executor): string {
  return grantable ? "EXECUTE WITH GRANT OPTION" : "EXECUTE";
}

function grantee(role: string): string {
  return role === "public" ? role : escapeIdentifier(role);
}
