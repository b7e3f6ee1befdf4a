import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import { compareSchema } from "../../../src/schema/record/schemaChanges";
import { schemaFindings } from "../../../src/schema/schemaFindings";
import { factRule, schemaKinds, schemaRules } from "../../../src/schema/schemaRules";
import {
  type SchemaObject,
  type SchemaObjectKind,
  schemaObjectKinds,
} from "../../../src/schema/catalog/schemaObject";

const object = (
  kind: SchemaObjectKind,
  identity: string,
  facts: Record<string, string> = {},
): SchemaObject => ({ kind, identity, facts });
const column = (name: string, facts: Record<string, string> = {}) =>
  object("column", `public.sites.${name}`, { table: "public.sites", name, type: "text", ...facts });
const table = object("table", "public.sites", { persistence: "LOGGED" });
const index = (column_: string, facts: Record<string, string> = {}) =>
  object("index", `public.sites_${column_}_idx`, {
    table: "public.sites",
    definition: `CREATE INDEX sites_${column_}_idx ON public.sites USING btree (${column_})`,
    valid: "VALID",
    ...facts,
  });
const constraint = (name: string, type: string, definition: string, valid = "VALID") =>
  object("constraint", `${name} on public.sites`, {
    table: "public.sites",
    name,
    type,
    definition,
    valid,
  });
const trigger = (enabled: string) =>
  object("trigger", "stamp on public.sites", {
    table: "public.sites",
    name: "stamp",
    definition: "CREATE TRIGGER stamp BEFORE UPDATE ON public.sites EXECUTE FUNCTION public.f()",
    enabled,
  });

function find(
  expected: readonly SchemaObject[],
  actual: readonly SchemaObject[],
  resolved: readonly string[] = [],
) {
  const changes = compareSchema(expected, actual);
  return schemaFindings({ changes, expected, actual }, new Set(resolved));
}

describe("a difference that holds no data is repaired", () => {
  test.each<[string, SchemaObject[], SchemaObject[], string]>([
    [
      "index missing",
      [index("region")],
      [],
      "CREATE INDEX CONCURRENTLY sites_region_idx ON public.sites USING btree (region)",
    ],
    [
      "index added",
      [],
      [index("region")],
      "drop index concurrently if exists public.sites_region_idx",
    ],
    [
      "index invalid",
      [index("region")],
      [index("region", { valid: "INVALID" })],
      "drop index concurrently if exists public.sites_region_idx;\n" +
        "CREATE INDEX CONCURRENTLY sites_region_idx ON public.sites USING btree (region)",
    ],
    [
      "constraint missing",
      [constraint("small", "CHECK", "CHECK ((a < 3))")],
      [],
      "alter table public.sites add constraint small CHECK ((a < 3)) not valid;\n" +
        "alter table public.sites validate constraint small",
    ],
    [
      "constraint missing",
      [
        constraint(
          "key",
          "UNIQUE",
          'UNIQUE NULLS NOT DISTINCT (a, "B (b)") INCLUDE (c) DEFERRABLE',
        ),
      ],
      [],
      "drop index concurrently if exists public.key;\n" +
        'create unique index concurrently key on public.sites (a, "B (b)") INCLUDE (c) NULLS NOT DISTINCT;\n' +
        "alter table public.sites add constraint key UNIQUE using index key DEFERRABLE",
    ],
    [
      "constraint missing",
      [constraint("only", "EXCLUDE", "EXCLUDE USING gist (span WITH &&)")],
      [],
      "alter table public.sites add constraint only EXCLUDE USING gist (span WITH &&)",
    ],
    [
      "constraint not validated",
      [constraint("small", "CHECK", "CHECK ((a < 3))")],
      [constraint("small", "CHECK", "CHECK ((a < 3))", "NOT VALID")],
      "alter table public.sites validate constraint small",
    ],
    [
      "constraint not validated",
      [constraint("key", "UNIQUE", "UNIQUE (a)")],
      [constraint("key", "UNIQUE", "UNIQUE (a)", "INVALID")],
      "reindex index concurrently public.key",
    ],
    [
      "trigger disabled",
      [trigger("ENABLED")],
      [trigger("DISABLED")],
      "alter table public.sites enable trigger stamp",
    ],
    [
      "column default",
      [column("a", { default: "1" })],
      [column("a")],
      "alter table only public.sites alter column a set default 1",
    ],
    [
      "column NOT NULL",
      [column("a")],
      [column("a", { "not null": "NOT NULL" })],
      "alter table public.sites alter column a drop not null",
    ],
    [
      "table comment",
      [object("table", "public.shops", { comment: "it's" })],
      [object("table", "public.shops")],
      "comment on table public.shops is 'it''s'",
    ],
    [
      "table options",
      [object("table", "public.shops", { options: "fillfactor=90, parallel_workers=2" })],
      [object("table", "public.shops", { options: "autovacuum_enabled=false, fillfactor=90" })],
      "alter table public.shops reset (autovacuum_enabled);\n" +
        "alter table public.shops set (parallel_workers = '2')",
    ],
    [
      "view column comments",
      [object("view", "public.v", { columns: 'a, "B b"', "column comments": "a: one\nmore" })],
      [object("view", "public.v", { columns: 'a, "B b"', "column comments": '"B b": two' })],
      `comment on column public.v."B b" is null;\ncomment on column public.v.a is 'one\nmore'`,
    ],
    ["enum added", [], [object("enum", "public.mood", { labels: "'a'" })], "drop type public.mood"],
    [
      "aggregate missing",
      [object("aggregate", "public.total(integer)", { definition: "(integer) (SFUNC = int4pl)" })],
      [],
      "create aggregate public.total (integer) (SFUNC = int4pl)",
    ],
  ])("%s", (kind, expected, actual, sql) => {
    const [finding, ...others] = find([table, ...expected], [table, ...actual]).filter(
      (one) => one.kind === kind,
    );
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ repair: "automatic", sql });
  });
});

describe("a difference that holds data", () => {
  test.each<[string, SchemaObject[], SchemaObject[]]>([
    ["table missing", [object("table", "public.a")], []],
    ["table added", [], [object("table", "public.a")]],
    ["partition added", [], [object("table", "public.a", { "partition of": "public.b DEFAULT" })]],
    ["column missing", [column("a")], []],
    ["column added", [], [column("a")]],
    ["column type", [column("a")], [column("a", { type: "integer" })]],
    ["column identity", [column("a")], [column("a", { identity: "ALWAYS" })]],
    ["enum labels", [object("enum", "public.e", { labels: "'a'" })], [object("enum", "public.e")]],
    ["sequence missing", [object("sequence", "public.s")], []],
    ["schema added", [], [object("schema", "billing")]],
  ])("is refused, and no statement is planned: %s", (kind, expected, actual) => {
    const found = find([table, ...expected], [table, ...actual]);
    expect(found.map((one) => [one.kind, one.repair, one.repairs])).toEqual([
      [kind, "refused", []],
    ]);
  });

  test("is refused with the changes that it caused", () => {
    expect(find([table, column("region"), index("region")], [table]).map(renderDifference)).toEqual(
      [
        "column public.sites.region is missing, expected type text (up refuses)",
        expect.stringMatching(/: it goes with column public\.sites\.region \(up refuses\)$/),
      ],
    );
  });

  test("does not affect an object that only has a similar name", () => {
    const [, other] = find([table, column("region"), index("region2")], [table]);
    expect(other).toMatchObject({ kind: "index missing", repair: "automatic" });
  });

  test("is left to a pending migration that names it", () => {
    const resolved = ["column public.sites.region"];
    const found = find([table], [table, column("region"), index("region")], resolved);
    expect(found.map(({ repair, repairs }) => [repair, repairs])).toEqual([
      ["automatic", []],
      ["automatic", []],
    ]);
    expect(found[0]?.reason).toBe("a pending migration makes it official");
  });

  test("is left to a pending migration even if it holds no data", () => {
    const [finding] = find([table], [table, index("region")], ["index public.sites_region_idx"]);
    expect(finding).toMatchObject({ kind: "index added", repair: "automatic", repairs: [] });
  });

  test("may be a rename, which is suggested unless there are several candidates", () => {
    const reasons = (...added: string[]) =>
      find([table, column("region")], [table, ...added.map((name) => column(name))]).map(
        ({ reason }) => reason,
      );
    expect(reasons("area")).toEqual([
      "it may be public.sites.region, renamed",
      "it may have been renamed to public.sites.area, which has the same type",
    ]);
    expect(reasons("area", "zone")).toEqual([undefined, undefined, undefined]);
  });
});

test("a long text is shortened to one line around its first difference", () => {
  const body = (last: string) =>
    object("function", "public.f()", {
      definition: `begin\n${"  perform 1;\n".repeat(60)}${last}`,
    });
  const [finding] = find([body("return 1")], [body("return 2")]);
  const line = finding === undefined ? "" : renderDifference(finding);
  expect(line).not.toContain("\n");
  expect(line.length).toBeLessThan(450);
  expect(line).toMatch(/found ….*return 2, expected ….*return 1$/);
});

test("every kind is listed once", () => {
  expect(new Set(schemaKinds).size).toBe(schemaKinds.length);
  expect(schemaKinds.length).toBeGreaterThan(80);
});

const anyObject = fc.constantFrom(...schemaObjectKinds).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    identity: fc.constantFrom("public.a", "public.b", "public.a.c", "k on public.a"),
    facts: fc.dictionary(
      fc.constantFrom(...Object.keys(schemaRules[kind].facts), "comment"),
      fc.constantFrom("x", "y", "public.a", "VALID"),
    ),
  }),
);
const state = fc.uniqueArray(anyObject, {
  selector: ({ kind, identity }) => `${kind} ${identity}`,
  maxLength: 12,
});

test("the recorded schema has no finding; any other has one for each change, of a known kind, and never uses CASCADE", () => {
  fc.assert(
    fc.property(state, state, (expected, actual) => {
      expect(find(expected, expected)).toEqual([]);
      const found = find(expected, actual);
      const changed = new Set(found.map(({ object: name }) => name));
      expect(changed.size).toBe(compareSchema(expected, actual).length);
      for (const { kind, repair, repairs, sql = "" } of found) {
        expect(schemaKinds).toContain(kind);
        if (repair === "refused") expect(repairs).toEqual([]);
        expect(sql).not.toMatch(
          /cascade|drop (table|column|sequence|materialized|schema)|delete from|truncate/i,
        );
      }
    }),
  );
});

test("a fact without a rule is refused", () => {
  expect(factRule("table", "a fact of a later version")).toEqual({
    kind: "table altered",
    rule: "refused",
  });
});
