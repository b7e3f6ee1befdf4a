import { expect, test } from "vitest";

import { compareSchemas } from "../../../../src/db/promote/rehearse";
import type { SchemaObject } from "@hosterizer/postgres/schema/catalog/schemaObject";

const column = (name: string, facts: SchemaObject["facts"]): SchemaObject => ({
  kind: "column",
  identity: `public.sites.${name}`,
  facts,
});

test("the order of objects makes no difference, and an absent fact equals null", () => {
  const [one, other] = [column("a", { type: "text" }), column("b", { type: "text" })];
  expect(compareSchemas([one, other], [other, one])).toEqual([]);
  expect(compareSchemas([one], [column("a", { type: "text", default: null })])).toEqual([]);
});

test("names every object and every fact that differs", () => {
  const expected = [column("a", { type: "text" }), column("b", { type: "text" })];
  const actual = [column("a", { type: "integer", default: "0" }), column("c", { type: "text" })];
  expect(compareSchemas(expected, actual)).toEqual([
    "column public.sites.a: type integer, expected text",
    "column public.sites.a: default 0, expected none",
    "column public.sites.b is missing",
    "column public.sites.c is unexpected",
  ]);
});
