import fc from "fast-check";
import { PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import { expect, test } from "vitest";

import { diffResponse, propertyChanges } from "../../../src/protocol/diff";
import { planState } from "../../../src/protocol/planState";
import { type PropertyMap, unknownValue } from "../../../src/protocol/propertyValue";
import { crate, crateSchema } from "./crate";

const live: PropertyMap = {
  name: "n",
  labels: { a: "1", b: "2" },
  marks: {},
  lid: { color: "red", hinges: 2, screws: ["a", "b"] },
  lock: { key: "k" },
  doors: [{ wall: 1, width: 7, side: "left", paint: {} }],
  goods: [
    { what: "glass", secret: "", count: 0, fragile: true, old: "" },
    { what: "wood", secret: "s", count: 3, fragile: false, old: "" },
  ],
};
const base: PropertyMap = {
  name: "n",
  labels: { b: "2", a: "1" },
  lid: { hinges: 2, screws: ["b", "a"] },
  doors: [{ wall: 1 }],
  goods: [
    { what: "wood", secret: "s", count: 3 },
    { what: "glass", fragile: true },
  ],
};

const changes = (old: PropertyMap, inputs: PropertyMap) =>
  propertyChanges(crateSchema, old, planState(crateSchema, old, inputs), inputs).map(
    ({ path, kind, replaces }) => `${kind} ${path}${replaces ? " (replaces)" : ""}`,
  );

test.each<{ what: string; inputs: PropertyMap; expected: string[] }>([
  { what: "the same in another order", inputs: {}, expected: [] },
  {
    what: "a map with other entries",
    inputs: { labels: { a: "9", c: "3" }, marks: { m: "1" } },
    expected: [
      "update labels.a (replaces)",
      "delete labels.b (replaces)",
      "add labels.c (replaces)",
      "add marks",
    ],
  },
  { what: "no map", inputs: { labels: {} }, expected: ["delete labels (replaces)"] },
  {
    what: "an object with other values",
    inputs: { lid: { color: "blue", hinges: 2, screws: ["b", "c"] } },
    expected: ["update lid.color", "add lid.screws[1]", "delete lid.screws[0]"],
  },
  {
    what: "an object that says less",
    inputs: { lid: {} },
    expected: ["delete lid.hinges", "delete lid.screws"],
  },
  {
    what: "another object that the server chose",
    inputs: { lock: { key: "l" } },
    expected: ["update lock.key (replaces)"],
  },
  {
    what: "a list with another element and one more",
    inputs: { doors: [{ wall: 2 }, { wall: 1, width: 3 }] },
    expected: ["update doors[0].wall", "add doors[1] (replaces)"],
  },
  {
    what: "what only within an object replaces",
    inputs: { doors: [{ wall: 1, width: 8 }] },
    expected: ["update doors[0].width (replaces)"],
  },
  { what: "no list", inputs: { doors: [] }, expected: ["delete doors (replaces)"] },
  {
    what: "a set with a changed element",
    inputs: {
      goods: [
        { what: "glass", fragile: true },
        { what: "wood", secret: "t", count: 3 },
      ],
    },
    expected: ["update goods[1].secret (replaces)"],
  },
  {
    what: "a set with an element less",
    inputs: { goods: [{ what: "wood", secret: "s", count: 3 }] },
    expected: ["delete goods[0] (replaces)"],
  },
  {
    what: "a list that is not known yet",
    inputs: { doors: unknownValue },
    expected: ["update doors (replaces)"],
  },
  {
    what: "an element that is not known yet",
    inputs: {
      goods: [
        { what: "wood", secret: "s", count: 3 },
        { what: unknownValue, fragile: true },
      ],
    },
    expected: ["delete goods[0] (replaces)", "add goods[1] (replaces)"],
  },
])("from a live state to $what", ({ inputs, expected }) => {
  expect(changes(live, { ...base, ...inputs }).sort()).toEqual([...expected].sort());
});

test("distinguishes a nested change that replaces from one in place", () => {
  const inputs = { ...base, doors: [{ wall: 2, width: 8 }] };
  const response = diffResponse(crate, live, inputs, new Set());
  expect(response.getReplacesList()).toEqual(["doors"]);
  expect(response.getStablesList()).toEqual(["goods", "labels", "name"]);
  const kind = (path: string) => response.getDetaileddiffMap().get(path)?.getKind();
  expect(kind("doors[0].wall")).toBe(PropertyDiff.Kind.UPDATE);
  expect(kind("doors[0].width")).toBe(PropertyDiff.Kind.UPDATE_REPLACE);
});

const good = fc.record(
  {
    what: fc.constantFrom("glass", "wood"),
    secret: fc.constantFrom("", "s"),
    count: fc.constantFrom(0, 1),
    fragile: fc.boolean(),
  },
  { requiredKeys: ["what"] },
);
const inputs = fc.record({
  name: fc.constant("n"),
  labels: fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("", "1"), {
    noNullPrototype: true,
  }),
  lid: fc.record({ hinges: fc.nat(2), screws: fc.subarray(["a", "b", "c"]) }, { requiredKeys: [] }),
  doors: fc.array(
    fc.record({ wall: fc.nat(2), width: fc.constantFrom(1, 2) }, { requiredKeys: ["wall"] }),
    { maxLength: 3 },
  ),
  goods: fc.array(good, { maxLength: 3 }),
});

test("once the plan is reached, planning again finds nothing to change", () => {
  fc.assert(
    fc.property(inputs, inputs, (before, after) => {
      const old = planState(crateSchema, live, before);
      const reached = planState(crateSchema, old, after);
      expect(changes(reached, after)).toEqual([]);
    }),
  );
});

test("there is a change exactly if two sets of objects differ in meaning", () => {
  const meaning = (goods: readonly PropertyMap[]) =>
    [
      ...new Set(
        goods.map(({ what, secret = "", count = 0, fragile = false }) =>
          JSON.stringify([what, secret, count, fragile]),
        ),
      ),
    ].sort();
  fc.assert(
    fc.property(
      fc.array(good, { maxLength: 3 }),
      fc.array(good, { maxLength: 3 }),
      (before, after) => {
        const old = planState(crateSchema, live, { ...base, goods: before });
        const found = changes(old, { ...base, goods: after }).length > 0;
        expect(found).toBe(JSON.stringify(meaning(before)) !== JSON.stringify(meaning(after)));
      },
    ),
  );
});
