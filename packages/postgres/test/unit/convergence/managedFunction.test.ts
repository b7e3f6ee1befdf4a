import { expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import {
  functionKinds,
  type LiveFunction,
  type ManagedFunction,
  planFunction,
} from "../../../src/convergence/managedFunction";

const wanted: ManagedFunction<"lookup function"> = {
  kindPrefix: "lookup function",
  schema: "managed",
  name: "answer",
  parameters: [{ name: "asked", type: "name" }],
  returns: "boolean",
  language: "sql",
  body: "\nselect asked = 'yes'\n",
  attributes: {
    nullInput: "STRICT",
    volatility: "STABLE",
    parallel: "PARALLEL SAFE",
    leakproof: "NOT LEAKPROOF",
    security: "SECURITY DEFINER",
  },
  settings: ["search_path=pg_catalog, pg_temp"],
  owner: "keeper",
  executors: ["caller"],
  policiesAreRecreated: true,
  reasons: {
    missing: "it is called",
    owner: "it reads with its owner's rights",
    executor: "it calls it",
    "undeclared executor": "it tells",
    volatility: "once per statement",
  },
};
const right: LiveFunction = {
  signature: "answer(name)",
  arguments: "asked name",
  returns: "boolean",
  language: "sql",
  body: wanted.body,
  attributes: wanted.attributes,
  settings: wanted.settings,
  owner: "keeper",
  replaceable: true,
  executors: [
    { role: "caller", grantable: false },
    { role: "keeper", grantable: false },
  ],
  policies: [],
};
const policies = [{ schema: "public", table: "Sites", policy: "own" }];

const plan = (live: Partial<LiveFunction>, changed: Partial<typeof wanted> = {}) =>
  planFunction([{ ...right, ...live }], { ...wanted, ...changed });
const sqlOf = (...parameters: Parameters<typeof plan>) =>
  plan(...parameters).flatMap(({ sql }) => (sql === undefined ? [] : sql.split(";\n")));

const create = [
  `create or replace function managed.answer(asked name) returns boolean
  language sql STRICT STABLE PARALLEL SAFE NOT LEAKPROOF SECURITY DEFINER SET search_path=pg_catalog, pg_temp
  as '
select asked = ''yes''
'`,
  'alter function managed.answer(name) owner to "keeper"',
];
const grant = [
  "revoke execute on function managed.answer(name) from public",
  'grant execute on function managed.answer(name) to "caller", "keeper"',
];

test("a function that is as declared needs nothing", () => {
  expect(plan({})).toEqual([]);
});

test("a function with other parameters is another function", () => {
  const findings = planFunction([{ ...right, signature: "answer(text)" }], wanted);
  expect(findings).toMatchObject([
    {
      kind: "lookup function missing",
      object: "function managed.answer(name)",
      expected: "returns boolean",
      actual: null,
      repair: "automatic",
      reason: "it is called",
    },
  ]);
  expect(findings[0]?.sql?.split(";\n")).toEqual([...create, ...grant]);
});

test.each<[what: string, live: Partial<LiveFunction>, line: string]>([
  [
    "another result",
    { returns: "text" },
    "found (asked name) returns text, expected (asked name) returns boolean",
  ],
  [
    "another name of a parameter",
    { arguments: "other name" },
    "found (other name) returns boolean, expected (asked name) returns boolean",
  ],
  [
    "no parameter and no result",
    { arguments: "", returns: "nothing" },
    "found returns nothing, expected (asked name) returns boolean",
  ],
  [
    "another owner",
    {
      owner: "stranger",
      executors: [
        { role: "caller", grantable: false },
        { role: "stranger", grantable: false },
      ],
    },
    "found owner stranger, expected owner keeper: it reads with its owner's rights",
  ],
  [
    "another body",
    { body: "select  true\n" },
    "found language sql, body select true, expected language sql, body select asked = 'yes'",
  ],
  [
    "another language",
    { language: "plpgsql" },
    "found language plpgsql, body select asked = 'yes', expected language sql, body select asked = 'yes'",
  ],
  [
    "an attribute",
    { attributes: { ...wanted.attributes, leakproof: "LEAKPROOF" } },
    "found LEAKPROOF, expected NOT LEAKPROOF",
  ],
  [
    "an attribute with a reason",
    { attributes: { ...wanted.attributes, volatility: "VOLATILE" } },
    "found VOLATILE, expected STABLE: once per statement",
  ],
  ["no settings", { settings: [] }, "found no SET, expected SET search_path=pg_catalog, pg_temp"],
  [
    "two settings",
    { settings: ["search_path=public", "row_security=off"] },
    "found SET search_path=public SET row_security=off, expected SET search_path=pg_catalog, pg_temp",
  ],
])("names a function with %s", (_what, live, line) => {
  const findings = plan(live);
  expect(findings.map(renderDifference)).toEqual([`function managed.answer(name): ${line}`]);
  expect(findings).toMatchObject([{ repair: "automatic" }]);
});

test("ignores white space in the body", () => {
  expect(plan({ body: " select asked\n  = 'yes'" })).toEqual([]);
});

test("one statement replaces a function that differs in several ways", () => {
  const findings = plan({
    language: "plpgsql",
    settings: [],
    attributes: { ...wanted.attributes, nullInput: "CALLED ON NULL INPUT" },
  });
  expect(findings.map(({ kind }) => kind)).toEqual([
    "lookup function body",
    "lookup function attribute",
    "lookup function attribute",
  ]);
  expect(findings.map(({ sql }) => sql?.split(";\n"))).toEqual([create, undefined, undefined]);
});

test.each<[what: string, live: Partial<LiveFunction>]>([
  ["another result", { returns: "text" }],
  ["an owner whose rights the session lacks", { owner: "stranger", replaceable: false }],
])("a function with %s is recreated with its policies and its executors", (_what, live) => {
  const executors = [{ role: "public", grantable: false }];
  expect(sqlOf({ ...live, policies, executors })).toEqual([
    'drop policy "own" on "public"."Sites"',
    "drop routine managed.answer(name)",
    ...create,
    ...grant,
  ]);
});

test("drops no policy that it does not create again", () => {
  expect(sqlOf({ returns: "text", policies }, { policiesAreRecreated: false })).toEqual([
    "drop routine managed.answer(name)",
    ...create,
    ...grant,
  ]);
});

test("a function whose owner's rights the session has is replaced, and its policies stay", () => {
  const executors = [
    { role: "caller", grantable: false },
    { role: "stranger", grantable: false },
  ];
  expect(sqlOf({ owner: "stranger", executors, policies })).toEqual(create);
});

test("leaves exactly the declared roles and the owner as executors", () => {
  const findings = plan({
    executors: [
      { role: "public", grantable: false },
      { role: "caller", grantable: true },
      { role: "Stranger", grantable: true },
    ],
  });
  const on = "on function managed.answer(name)";
  expect(findings.map(renderDifference)).toEqual([
    `privilege of PUBLIC ${on} is not declared, found EXECUTE: it tells`,
    `privilege of Stranger ${on} is not declared, found EXECUTE WITH GRANT OPTION: it tells`,
    `privilege of caller ${on}: found EXECUTE WITH GRANT OPTION, expected EXECUTE`,
    `privilege of keeper ${on} is missing, expected EXECUTE`,
  ]);
  expect(findings.map(({ sql }) => sql)).toEqual([
    `revoke execute ${on} from public cascade`,
    `revoke execute ${on} from "Stranger" cascade`,
    `revoke grant option for execute ${on} from "caller" cascade`,
    `grant execute ${on} to "keeper"`,
  ]);
});

test("a function that returns to its owner needs no grant to it", () => {
  const executors = [
    { role: "caller", grantable: false },
    { role: "keeper", grantable: true },
    { role: "stranger", grantable: false },
  ];
  expect(sqlOf({ owner: "stranger", executors })).toEqual(create);
});

test("says why a declared executor needs the function", () => {
  const executors = [{ role: "keeper", grantable: false }];
  expect(plan({ executors }).map(renderDifference)).toEqual([
    "privilege of caller on function managed.answer(name) is missing, expected EXECUTE: it calls it",
  ]);
});

test("a function without settings has no SET", () => {
  const [finding] = planFunction([], { ...wanted, settings: [] });
  expect(finding?.sql).toContain("SECURITY DEFINER\n  as");
});

test("every kind begins with the prefix", () => {
  expect(functionKinds("lookup function")).toEqual([
    "lookup function missing",
    "lookup function result",
    "lookup function owner",
    "lookup function body",
    "lookup function attribute",
    "lookup function executor",
  ]);
});
