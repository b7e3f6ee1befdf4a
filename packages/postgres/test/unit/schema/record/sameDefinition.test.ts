import { describe, expect, test } from "vitest";

import { sameDefinition } from "../../../../src/schema/record/sameDefinition";

describe("two texts of the catalog", () => {
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
  ])("mean the same: %s", async (one, other) => {
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
  ])("differ: %s and %s", async (one, other) => {
    expect(await sameDefinition(one, other)).toBe(false);
  });
});
