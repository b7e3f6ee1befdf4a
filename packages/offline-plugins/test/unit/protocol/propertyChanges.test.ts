import fc from "fast-check";
import { expect, test } from "vitest";

import { planState } from "../../../src/protocol/planState";
import { propertyChanges } from "../../../src/protocol/diff";
import { type PropertyMap, unknownValue } from "../../../src/protocol/propertyValue";
import { thingSchema } from "./thing";

const live: PropertyMap = {
  name: "n",
  place: "p",
  limit: -1,
  quiet: false,
  loud: true,
  note: "",
  owner: "o",
  path: [],
  tags: ["a", "b", "c"],
  password: null,
  old: null,
};
const base: PropertyMap = { name: "n", place: "p", tags: ["c", "a", "b"] };

const changes = (old: PropertyMap, inputs: PropertyMap, ignored: string[] = []) =>
  propertyChanges(
    thingSchema,
    old,
    planState(thingSchema, old, inputs, new Set(ignored)),
    inputs,
  ).map(({ path, kind }) => `${kind} ${path}`);

test.each([
  { what: "the same in another order", inputs: {}, expected: [] },
  {
    what: "a set's elements",
    inputs: { tags: ["d", "c", "e"] },
    expected: ["update tags[0]", "delete tags[1]", "add tags[2]"],
  },
  { what: "an element more", inputs: { tags: ["c", "a", "x", "b"] }, expected: ["add tags[2]"] },
  { what: "no set at all", inputs: { tags: undefined }, expected: ["delete tags"] },
  { what: "an empty set", inputs: { tags: [] }, expected: ["delete tags"] },
  { what: "a first list", inputs: { path: ["x", "y"] }, expected: ["add path"] },
  { what: "a number", inputs: { limit: 5 }, expected: ["update limit"] },
  { what: "a text where there was none", inputs: { note: "hi" }, expected: ["update note"] },
  { what: "an unknown value", inputs: { place: unknownValue }, expected: ["update place"] },
  {
    what: "a set with an unknown element",
    inputs: { tags: ["a", unknownValue] },
    expected: ["update tags"],
  },
  { what: "what the server decides", inputs: { owner: "x" }, expected: ["update owner"] },
  { what: "a password", inputs: { password: "p" }, expected: ["add password"] },
])("from a live state to $what", ({ inputs, expected }) => {
  const given = Object.entries({ ...base, ...inputs }).filter(([, value]) => value !== undefined);
  expect(changes(live, Object.fromEntries<PropertyMap[string]>(given))).toEqual(expected);
});

test("a value changed on the server is reset to its default", () => {
  const drifted = { ...live, limit: 3, quiet: true, loud: false, note: "x", path: ["y"] };
  expect(changes(drifted, base)).toEqual([
    "update limit",
    "update quiet",
    "update loud",
    "delete note",
    "delete path",
  ]);
});

test("values that the server decides stay unchanged", () => {
  expect(changes({ ...live, owner: "someone else" }, base)).toEqual([]);
});

test("an ignored property is not a change", () => {
  expect(changes({ ...live, limit: 3, quiet: true }, base, ["limit"])).toEqual(["update quiet"]);
});

test("lists are compared element by element", () => {
  const old = { ...live, path: ["a", "b", "c"] };
  expect(changes(old, { ...base, path: ["a", "x"] })).toEqual(["update path[1]", "delete path[2]"]);
});

const texts = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 5 });
const inputs = fc.record({
  name: fc.constant("n"),
  place: fc.constantFrom("p", "q"),
  limit: fc.integer({ min: -1, max: 3 }),
  quiet: fc.boolean(),
  path: texts,
  tags: texts,
  note: fc.constantFrom("", "x"),
});

test("once the plan is reached, planning again finds nothing to change", () => {
  fc.assert(
    fc.property(inputs, inputs, (before, after) => {
      const old = planState(thingSchema, { ...live }, before);
      const reached = planState(thingSchema, old, after);
      expect(changes(reached, after)).toEqual([]);
    }),
  );
});

test("there is a change exactly if two inputs differ in meaning", () => {
  const meaning = ({ tags, ...rest }: PropertyMap) =>
    JSON.stringify({ ...rest, tags: [...new Set(tags as string[])].sort() });
  fc.assert(
    fc.property(inputs, inputs, (before, after) => {
      const old = planState(thingSchema, { ...live, tags: [] }, before);
      const found = changes(old, after).length > 0;
      expect(found).toBe(meaning(before) !== meaning(after));
    }),
  );
});
