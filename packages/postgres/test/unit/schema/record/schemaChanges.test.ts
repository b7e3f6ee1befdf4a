import { describe, expect, test } from "vitest";

import { compareSchema, sameDefinition } from "../../../../src/schema/record/schemaChanges";
import type { SchemaObject, SchemaObjectKind } from "../../../../src/schema/catalog/schemaObject";

describe("the difference of two schemas", () => {
  test("is empty if only the order differs, and null equals absent", () => {
    const here = [
      object("table", "public.sites", { comment: null }),
      object("enum", "public.mood", {}),
    ];
    const there = [
      object("enum", "public.mood", { comment: null }),
      object("table", "public.sites", {}),
    ];
    expect(compareSchema(here, there)).toEqual([]);
  });

  test("names what is missing, added and altered, with the facts that differ", () => {
    const region = column("region", { type: "text", default: "'eu'::text" });
    const retyped = column("region", { type: "integer", "not null": "NOT NULL" });
    const index = object("index", "public.sites_idx", { table: "public.sites" });
    const note = column("note", { type: "text" });
    expect(compareSchema([index, region], [retyped, note])).toEqual([
      { change: "added", kind: "column", identity: "public.sites.note", actual: note, facts: [] },
      {
        change: "altered",
        kind: "column",
        identity: "public.sites.region",
        expected: region,
        actual: retyped,
        facts: ["default", "not null", "type"],
      },
      {
        change: "missing",
        kind: "index",
        identity: "public.sites_idx",
        expected: index,
        facts: [],
      },
    ]);
  });

  test("distinguishes two objects of one name by their kinds", () => {
    const before = object("view", "public.sites", {});
    const after = object("materialized view", "public.sites", {});
    expect(shown([before], [after])).toEqual([
      "missing view public.sites",
      "added materialized view public.sites",
    ]);
  });

  test("names a dropped table, and not everything that was dropped with it", () => {
    const table = [
      object("table", "public.sites", {}),
      column("id", {}),
      object("constraint", "sites_pkey on public.sites", { table: "public.sites" }),
      object("index", "public.sites_idx", { table: "public.sites" }),
      object("trigger", "stamp on public.sites", { table: "public.sites" }),
    ];
    expect(shown(table, [])).toEqual(["missing table public.sites"]);
    expect(shown([], table)).toEqual(["added table public.sites"]);
  });

  test("names a dropped schema, and not everything that was dropped with it", () => {
    const schema = [
      object("schema", '"my.own"', {}),
      object("function", '"my.own".f(integer)', {}),
      object("table", '"my.own".t', {}),
      object("trigger", 'stamp on "my.own".t', { table: '"my.own".t' }),
      object("table", "my.own", {}),
    ];
    expect(shown(schema, [])).toEqual(['missing schema "my.own"', "missing table my.own"]);
  });

  test("names what changed within an existing table", () => {
    const was = [object("table", "public.sites", { options: "fillfactor=70" }), column("id", {})];
    const is = [object("table", "public.sites", {}), column("number", {})];
    expect(shown(was, is)).toEqual([
      "altered table public.sites",
      "missing column public.sites.id",
      "added column public.sites.number",
    ]);
  });

  test("names a detached partition and changes of its columns only", () => {
    const index = object("index", "public.sites_idx", { table: "public.sites" });
    const was = [object("table", "public.sites", { "partition of": "public.all" })];
    const is = [object("table", "public.sites", {}), index, column("more", {})];
    expect(shown(was, is)).toEqual([
      "altered table public.sites",
      "added column public.sites.more",
    ]);
  });

  test("names a change of a trigger once, without its clones on partitions", () => {
    const onParent = (enabled: string) => object("trigger", "t on public.events", { enabled });
    const onPartition = (enabled: string) =>
      object("trigger", "t on public.events_1", { parent: "t on public.events", enabled });
    const all = [onParent("ENABLED"), onPartition("ENABLED")];
    expect(shown(all, [])).toEqual(["missing trigger t on public.events"]);
    expect(shown(all, [onParent("DISABLED"), onPartition("DISABLED")])).toEqual([
      "altered trigger t on public.events",
    ]);
    expect(shown(all, [onParent("ENABLED"), onPartition("DISABLED")])).toEqual([
      "altered trigger t on public.events_1",
    ]);
  });
});

function object(
  kind: SchemaObjectKind,
  identity: string,
  facts: SchemaObject["facts"],
): SchemaObject {
  return { kind, identity, facts };
}

function column(name: string, facts: SchemaObject["facts"]): SchemaObject {
  return object("column", `public.sites.${name}`, { ...facts, table: "public.sites", name });
}

function shown(expected: readonly SchemaObject[], actual: readonly SchemaObject[]): string[] {
  return compareSchema(expected, actual).map(
    ({ change, kind, identity }) => `${change} ${kind} ${identity}`,
  );
}

test.each([
  [
    "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b''],['::character varying])::text[])))",
    "CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b''],['::character varying)::text])))",
  ],
  ["((a = 1) OR (a = 2)) OR (a = 3)", "(a = 1) OR (a = 2) OR (a = 3)"],
  ["CHECK (((a AND b) AND c))", "CHECK ((a AND b AND c))"],
  [
    "CREATE INDEX i ON public.t USING btree (s) WHERE ((s)::text = ANY ((ARRAY['p'::character varying])::text[]))",
    "CREATE INDEX i ON public.t USING btree (s) WHERE ((s)::text = ANY (ARRAY[('p'::character varying)::text]))",
  ],
  [
    "CONSTRAINT a CHECK (((VALUE)::text = ANY ((ARRAY['x'::character varying])::text[])))\nCONSTRAINT b CHECK (VALUE)",
    "CONSTRAINT a CHECK (((VALUE)::text = ANY (ARRAY[('x'::character varying)::text])))\nCONSTRAINT b CHECK (VALUE)",
  ],
  ["(ARRAY[ARRAY[a, b]])::text[]", "ARRAY[ARRAY[(a)::text, (b)::text]]"],
])("two texts of the catalog mean the same: %s", async (one, other) => {
  expect(await sameDefinition(one, other)).toBe(true);
  expect(await sameDefinition(other, one)).toBe(true);
});

test.each([
  ["a = 1", "a = 2"],
  ["a", "b"],
  ["'a or b'", "'a  or b'"],
  ["(a OR b) AND c", "a OR (b AND c)"],
  ["a OR (b OR c)", "(a OR b) OR c"],
  ["(ARRAY[a, b])::text[]", "ARRAY[(a)::text, (b)::integer]"],
  ["(ARRAY[a, b])::text[]", "ARRAY[(a)::text]"],
  ["CHECK ((a > 1))", "CHECK ((a > 1)) NO INHERIT"],
  ["no SQL at all", "no  SQL at all"],
  ["CREATE INDEX i ON t USING btree (a)", "CREATE UNIQUE INDEX i ON t USING btree (a)"],
])("two texts of the catalog differ: %s and %s", async (one, other) => {
  expect(await sameDefinition(one, other)).toBe(false);
});
