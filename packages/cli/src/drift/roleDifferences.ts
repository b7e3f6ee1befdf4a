import type { roleAttributeKinds, roleLimitKinds } from "@hosterizer/postgres/audit/roles";
import type { PluginDifference } from "./pluginDifference";
import type { PreviewStep } from "./previewOutput";
import { changedProperties, declaredText, listChanges, liveText } from "./stepProperties";
import { word } from "./word";

type KeywordOf<Kind extends string> = Kind extends `role ${infer Keyword}` ? Keyword : never;

/** Properties of the official plugin's `Role` that are attributes of CREATE ROLE without a value. */
const attributes: Readonly<Record<string, KeywordOf<(typeof roleAttributeKinds)[number]>>> = {
  bypassRowLevelSecurity: "BYPASSRLS",
  createDatabase: "CREATEDB",
  createRole: "CREATEROLE",
  inherit: "INHERIT",
  login: "LOGIN",
  replication: "REPLICATION",
  superuser: "SUPERUSER",
};

/** Properties that are attributes with a value, and what holds when none is declared. */
const limits: Readonly<
  Record<string, { keyword: KeywordOf<(typeof roleLimitKinds)[number]>; without: string }>
> = {
  connectionLimit: { keyword: "CONNECTION LIMIT", without: "-1" },
  validUntil: { keyword: "VALID UNTIL", without: "infinity" },
};

/** Properties that are the role's settings of parameters. */
const parameters: Readonly<Record<string, string>> = {
  idleInTransactionSessionTimeout: "idle_in_transaction_session_timeout",
  searchPaths: "search_path",
  statementTimeout: "statement_timeout",
};

/** How a role differs from the declared one. @returns undefined for a property that is unknown here */
export function roleDifferences(step: PreviewStep): PluginDifference[] | undefined {
  const name = declaredText(step, "name") || liveText(step, "name");
  const role = { object: `role ${name}`, repair: "automatic" } as const;
  if (step.op === "create") {
    return [
      {
        ...role,
        kind: "role missing",
        expected: null,
        actual: null,
        about: [/^role missing /, word(name)],
      },
    ];
  }
  const found = changedProperties(step).map((property) => differences(step, property, name));
  if (found.some((some) => some === undefined)) return undefined;
  return found.flatMap((some) => some ?? []).map((difference) => ({ ...role, ...difference }));
}

type RoleDifference = Omit<PluginDifference, "object" | "repair">;

function differences(
  step: PreviewStep,
  property: string,
  name: string,
): RoleDifference[] | undefined {
  const keyword = attributes[property];
  if (keyword !== undefined) {
    const has = liveText(step, property) === "true";
    const [expected, actual] = has ? [`NO${keyword}`, keyword] : [keyword, `NO${keyword}`];
    return [{ kind: `role ${keyword}`, expected, actual, about: [word(name), word(actual)] }];
  }
  const limit = limits[property];
  if (limit !== undefined) {
    const { keyword, without } = limit;
    const expected = `${keyword} ${declaredText(step, property) || without}`;
    const actual = `${keyword} ${liveText(step, property) || without}`;
    return [{ kind: `role ${keyword}`, expected, actual, about: [word(name), word(keyword)] }];
  }
  const parameter = parameters[property];
  if (parameter !== undefined) {
    const expected = assignment(parameter, declaredText(step, property));
    const actual = assignment(parameter, liveText(step, property));
    return [{ kind: "role setting", expected, actual, about: [word(name), word(parameter)] }];
  }
  if (property === "password") {
    // Neither is shown, nor anything derived from one.
    const values = { expected: "the declared password", actual: "another one" };
    return [{ kind: "role password", ...values, about: [word(name), /password|SCRAM/] }];
  }
  return property === "roles" ? memberships(step, name) : undefined;
}

function memberships(step: PreviewStep, name: string): RoleDifference[] {
  const { missing, spare } = listChanges(step, "roles");
  const about = (group: string) => [word(name), word(group)];
  return [
    ...missing.map((group): RoleDifference => {
      const values = { expected: `member of ${group}`, actual: `no member of ${group}` };
      return { kind: "membership missing", ...values, about: about(group) };
    }),
    ...spare.map((group): RoleDifference => {
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
