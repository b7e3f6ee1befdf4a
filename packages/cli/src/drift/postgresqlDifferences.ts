import type { roleAttributeKinds, roleLimitKinds } from "@hosterizer/postgres/audit/roles";
import type { dockerKinds } from "./dockerDifferences";
import type { Difference } from "@hosterizer/postgres/convergence/difference";
import {
  changedProperties,
  declaredText,
  listChanges,
  liveText,
  type PreviewStep,
} from "./previewOutput";

/** The kinds of drift that only the official postgresql plugin finds. The audit has all others too, mostly more exactly. */
export const pluginKinds = [
  "role missing",
  "membership missing",
  "database attribute",
  "schema missing",
  "extension missing",
  "extension schema",
] as const;

declare module "@hosterizer/postgres/convergence/difference" {
  interface DifferenceKinds {
    plugins: (typeof pluginKinds)[number] | (typeof dockerKinds)[number] | "database missing";
    preview: "resource" | "migration pending" | "other";
  }
}

/** A difference that the official plugin has found, and how to recognize the audit's more exact line about it. */
export interface PluginDifference extends Difference {
  repair: "automatic";
  /** The audit's line matches all of these. */
  about: readonly RegExp[];
}

/**
 * How a resource of the postgresql plugin differs from the declared one.
 *
 * @param type Pulumi's type of the resource
 * @returns undefined for a type or a property that is unknown here
 */
export function postgresqlDifferences(
  type: string,
  step: PreviewStep,
): PluginDifference[] | undefined {
  switch (type) {
    case "postgresql:index/role:Role":
      return roleDifferences(step);
    case "postgresql:index/grant:Grant":
      return grantDifferences(step);
    case "postgresql:index/defaultPrivileges:DefaultPrivileges":
      return defaultPrivilegeDifferences(step);
    case "postgresql:index/database:Database":
      return objectDifferences("database", step);
    case "postgresql:index/schema:Schema":
      return objectDifferences("schema", step);
    case "postgresql:index/extension:Extension":
      return objectDifferences("extension", step);
    default:
      return undefined;
  }
}

type KeywordOf<Kind extends string> = Kind extends `role ${infer Keyword}` ? Keyword : never;

/** Properties of the plugin's `Role` that are attributes of CREATE ROLE without a value. */
const roleAttributes: Readonly<Record<string, KeywordOf<(typeof roleAttributeKinds)[number]>>> = {
  bypassRowLevelSecurity: "BYPASSRLS",
  createDatabase: "CREATEDB",
  createRole: "CREATEROLE",
  inherit: "INHERIT",
  login: "LOGIN",
  replication: "REPLICATION",
  superuser: "SUPERUSER",
};

/** Properties that are attributes with a value, and the value of a role that declares none. */
const roleLimits: Readonly<
  Record<string, { keyword: KeywordOf<(typeof roleLimitKinds)[number]>; without: string }>
> = {
  connectionLimit: { keyword: "CONNECTION LIMIT", without: "-1" },
  validUntil: { keyword: "VALID UNTIL", without: "infinity" },
};

/** Properties that are parameters set for the role. */
const roleParameters: Readonly<Record<string, string>> = {
  idleInTransactionSessionTimeout: "idle_in_transaction_session_timeout",
  searchPaths: "search_path",
  statementTimeout: "statement_timeout",
};

function roleDifferences(step: PreviewStep): PluginDifference[] | undefined {
  const name = declaredText(step, "name") || liveText(step, "name");
  const role = { object: `role ${name}`, repair: "automatic" } as const;
  if (step.op === "create") {
    const about = [/^role missing /, wordIn(name)];
    return [{ ...role, kind: "role missing", expected: null, actual: null, about }];
  }
  const found = changedProperties(step).map((property) => attributeOf(step, property, name));
  if (found.some((some) => some === undefined)) return undefined;
  return found.flatMap((some) => some ?? []).map((difference) => ({ ...role, ...difference }));
}

type RoleDifference = Omit<PluginDifference, "object" | "repair">;

function attributeOf(
  step: PreviewStep,
  property: string,
  name: string,
): RoleDifference[] | undefined {
  const keyword = roleAttributes[property];
  if (keyword !== undefined) {
    const has = liveText(step, property) === "true";
    const [expected, actual] = has ? [`NO${keyword}`, keyword] : [keyword, `NO${keyword}`];
    return [{ kind: `role ${keyword}`, expected, actual, about: [wordIn(name), wordIn(actual)] }];
  }
  const limit = roleLimits[property];
  if (limit !== undefined) {
    const { keyword, without } = limit;
    const expected = `${keyword} ${declaredText(step, property) || without}`;
    const actual = `${keyword} ${liveText(step, property) || without}`;
    return [{ kind: `role ${keyword}`, expected, actual, about: [wordIn(name), wordIn(keyword)] }];
  }
  const parameter = roleParameters[property];
  if (parameter !== undefined) {
    const expected = assignment(parameter, declaredText(step, property));
    const actual = assignment(parameter, liveText(step, property));
    return [{ kind: "role setting", expected, actual, about: [wordIn(name), wordIn(parameter)] }];
  }
  if (property === "password") {
    // Shows neither password, nor anything derived from one.
    const values = { expected: "the declared password", actual: "another one" };
    return [{ kind: "role password", ...values, about: [wordIn(name), /password|SCRAM/] }];
  }
  return property === "roles" ? membershipDifferences(step, name) : undefined;
}

function membershipDifferences(step: PreviewStep, name: string): RoleDifference[] {
  const { missing, undeclared } = listChanges(step, "roles");
  const about = (group: string) => [wordIn(name), wordIn(group)];
  return [
    ...missing.map((group): RoleDifference => {
      const values = { expected: `member of ${group}`, actual: `no member of ${group}` };
      return { kind: "membership missing", ...values, about: about(group) };
    }),
    ...undeclared.map((group): RoleDifference => {
      const values = { expected: `no member of ${group}`, actual: `member of ${group}` };
      return { kind: "membership of a role of ours", ...values, about: about(group) };
    }),
  ];
}

function assignment(parameter: string, value: string): string {
  return value === "" || value === "0" || value === "[]"
    ? `no ${parameter}`
    : `${parameter} = ${value}`;
}

/** PostgreSQL's word for each property. Except for the owner, kinds of drift are named after the type of the object. */
const objectProperties: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  database: {
    owner: "owner",
    connectionLimit: "CONNECTION LIMIT",
    allowConnections: "ALLOW_CONNECTIONS",
    isTemplate: "IS_TEMPLATE",
    encoding: "ENCODING",
    lcCollate: "LC_COLLATE",
    lcCtype: "LC_CTYPE",
    tablespaceName: "TABLESPACE",
  },
  schema: { owner: "owner" },
  extension: { schema: "schema", version: "version" },
};

function objectDifferences(
  type: "database" | "schema" | "extension",
  step: PreviewStep,
): PluginDifference[] | undefined {
  const name = declaredText(step, "name");
  const object = `${type} ${name}`;
  if (step.op === "create") {
    const about = [new RegExp(`^${type} missing `), wordIn(name)];
    const missing = { object, expected: null, actual: null, about };
    return [{ kind: `${type} missing`, ...missing, repair: "automatic" }];
  }
  const found = changedProperties(step).map((property): PluginDifference | undefined => {
    const words = objectProperties[type]?.[property];
    if (words === undefined) return undefined;
    const kind = kindOf(type, words);
    const expected = `${words} ${declaredText(step, property)}`;
    const live = liveText(step, property);
    const about = [wordIn(name), wordIn(live)];
    return { kind, object, expected, actual: `${words} ${live}`, repair: "automatic", about };
  });
  const differences = found.filter((difference) => difference !== undefined);
  return differences.length === found.length ? differences : undefined;
}

function kindOf(
  type: "database" | "schema" | "extension",
  words: string,
): PluginDifference["kind"] {
  if (words === "owner") return "owner";
  if (type === "database") return "database attribute";
  return words === "schema" ? "extension schema" : "extension version";
}

/** The object types that components/privileges.ts grants on. */
type GrantedType = "database" | "schema" | "table" | "sequence";

/** The privileges of one role on what a `Grant` declares. The plugin judges all objects of a schema as one. */
function grantDifferences(step: PreviewStep): PluginDifference[] {
  const type = declaredText(step, "objectType");
  const schema = declaredText(step, "schema");
  const database = declaredText(step, "database");
  const target = {
    database: { object: `database ${database}`, scope: wordIn(database) },
    schema: { object: `schema ${schema}`, scope: wordIn(schema) },
  }[type] ?? { object: `${type}s of schema ${schema}`, scope: memberOf(schema) };
  const kinds = {
    missing: "privilege missing",
    undeclared: `${type as GrantedType} privilege`,
  } as const;
  return privilegeDifferences(step, target.object, [target.scope], kinds);
}

function defaultPrivilegeDifferences(step: PreviewStep): PluginDifference[] {
  const schema = declaredText(step, "schema");
  const owner = declaredText(step, "owner");
  const plural = `${declaredText(step, "objectType")}s`;
  const object = `default privileges of ${owner} on ${plural} in schema ${schema}`;
  const kinds = { missing: "default privilege missing", undeclared: "default privilege" } as const;
  return privilegeDifferences(step, object, [/default/i, wordIn(schema)], kinds);
}

function privilegeDifferences(
  step: PreviewStep,
  object: string,
  scope: readonly RegExp[],
  kinds: Record<"missing" | "undeclared", PluginDifference["kind"]>,
): PluginDifference[] {
  const role = declaredText(step, "role");
  const grantee = role === "public" ? "PUBLIC" : role;
  const { missing, undeclared } = listChanges(step, "privileges");
  const about = (privilege: string) => [...scope, grantedTo(grantee), wordIn(privilege)];
  return [
    ...missing.map((privilege): PluginDifference => {
      const expected = `${privilege} to ${grantee}`;
      const values = { object, expected, actual: `no ${expected}`, about: about(privilege) };
      return { kind: kinds.missing, ...values, repair: "automatic" };
    }),
    ...undeclared.map((privilege): PluginDifference => {
      const actual = `${privilege} to ${grantee}`;
      const values = { object, expected: `no ${actual}`, actual, about: about(privilege) };
      return { kind: kinds.undeclared, ...values, repair: "automatic" };
    }),
  ];
}

/** Finds a name or keyword as PostgreSQL writes it, as a whole word and not as part of another name. */
export function wordIn(text: string): RegExp {
  return new RegExp(`(?<![\\w$.])"?${escaped(text)}"?(?![\\w$.(])`);
}

/** Finds the name of an object in this schema. */
export function memberOf(schema: string): RegExp {
  return new RegExp(`(?<![\\w$.])"?${escaped(schema)}"?\\.`);
}

/** Finds the grantee of a privilege. */
export function grantedTo(grantee: string): RegExp {
  return new RegExp(
    `(?<!\\w)to "?${escaped(grantee)}"?(?![\\w$])`,
    grantee === "PUBLIC" ? "i" : "",
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
