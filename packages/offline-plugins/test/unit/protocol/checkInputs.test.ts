import { expect, test } from "vitest";

import { checkInputs } from "../../../src/protocol/checkInputs";
import { type PropertyMap, unknownValue } from "../../../src/protocol/propertyValue";
import { thing } from "./thing";

const naming = { logicalName: "it", seed: new Uint8Array([1, 2, 3]) };
const check = (news: PropertyMap, olds: PropertyMap = {}, proposal?: string) =>
  checkInputs(thing, "official plugin test 1.0.0", olds, news, {
    ...naming,
    ...(proposal === undefined ? {} : { proposal }),
  });

test("fills in defaults and lists them; zero values are left to the server", () => {
  expect(check({ name: "n", place: "p" })).toEqual({
    inputs: { __defaults: ["limit", "loud"], name: "n", place: "p", limit: -1, loud: true },
    faults: [],
  });
});

test("a value that the program sets is not a default, even if equal", () => {
  const { inputs } = check({ name: "n", place: "p", limit: -1, loud: true });
  expect(inputs["__defaults"]).toEqual([]);
});

test("null counts as absent, and the engine's own names are ignored", () => {
  const { inputs, faults } = check({ name: "n", place: "p", note: null, __defaults: ["x"] });
  expect(faults).toEqual([]);
  expect(inputs).not.toHaveProperty("note");
  expect(inputs["__defaults"]).toEqual(["limit", "loud"]);
});

test("accepts values that are not known yet", () => {
  const news: PropertyMap = {
    name: unknownValue,
    place: unknownValue,
    limit: unknownValue,
    tags: ["a", unknownValue],
  };
  expect(check(news)).toMatchObject({ faults: [], inputs: news });
});

test("all faults of single values are found at once", () => {
  const news = { limit: 1.5, quiet: "no", tags: ["a", 1], old: "x", strange: 1 };
  expect(
    check(news)
      .faults.map(({ property }) => property)
      .sort(),
  ).toEqual(["limit", "old", "place", "quiet", "strange", "tags"]);
});

test("faults between values are checked once each value is valid", () => {
  expect(check({ place: "p", note: "bad" }).faults).toEqual([
    { property: "note", reason: "bad note" },
  ]);
  expect(check({ note: "bad" }).faults.map(({ property }) => property)).toEqual(["place"]);
});

test("does not show a secret of the wrong type", () => {
  const [fault] = check({ place: "p", password: ["hush"] }).faults;
  expect(fault?.property).toBe("password");
  expect(fault?.reason).not.toContain("hush");
});

test("a generated name is the same in a preview and the update after it, and stays in later runs", () => {
  const { inputs } = check({ place: "p" });
  expect(inputs["name"]).toMatch(/^it-[0-9a-f]{7}$/);
  expect(check({ place: "p" }).inputs["name"]).toBe(inputs["name"]);
  const later = check({ place: "p" }, { ...inputs, name: "it-0000000" });
  expect(later.inputs["name"]).toBe("it-0000000");
  expect(later.inputs["__defaults"]).toContain("name");
});

test("a name that the program no longer sets is not kept", () => {
  const olds = { name: "given", __defaults: [] };
  expect(check({ place: "p" }, olds).inputs["name"]).not.toBe("given");
});

test("the project's autonaming settings determine generated names", () => {
  expect(check({ place: "p" }, {}, "proposed").inputs["name"]).toBe("proposed");
});
