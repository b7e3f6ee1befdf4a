import { expect, test } from "vitest";

import { checkInputs, importedInputs, refreshedInputs } from "../../../src/protocol/checkInputs";
import { type PropertyMap, unknownValue } from "../../../src/protocol/propertyValue";
import { crate, crateSchema } from "./crate";

const naming = { logicalName: "it", seed: new Uint8Array([1]) };
const check = (news: PropertyMap) =>
  checkInputs(crate, "official plugin test 1.0.0", {}, { name: "n", ...news }, naming);

test("each object has its own defaults, and a list of them", () => {
  const { inputs, faults } = check({
    lid: { hinges: 2 },
    doors: [{ wall: 1 }, { wall: 2, side: "right", __defaults: ["x"] }],
    goods: [{ what: "glass" }],
    labels: { a: "1" },
  });
  expect(faults).toEqual([]);
  expect(inputs).toEqual({
    __defaults: [],
    name: "n",
    lid: { __defaults: ["color"], color: "red", hinges: 2 },
    doors: [
      { __defaults: ["side"], side: "left", wall: 1 },
      { __defaults: [], side: "right", wall: 2 },
    ],
    goods: [{ __defaults: [], what: "glass" }],
    labels: { a: "1" },
  });
});

test("faults within objects are found all at once, each with its path", () => {
  const { faults } = check({
    lid: { hinges: "two", shape: "round" },
    doors: [{ wall: 1, side: "top" }, {}],
    goods: [{ what: "glass", old: "x" }],
    labels: { a: 1 },
    lock: [],
  });
  expect(faults.map(({ property }) => property)).toEqual([
    "lid.hinges",
    "lid.shape",
    "doors[0].side",
    "doors[1].wall",
    "goods[0].old",
    "labels",
    "lock",
  ]);
});

test.each([
  { goods: [{ what: "glass", secret: ["hush"] }] },
  { goods: { what: "glass", secret: "hush" } },
  { goods: ["hush"] },
  { goods: "hush" },
])("no fault shows a possible secret: %j", (news) => {
  const { faults } = check(news);
  expect(faults).toHaveLength(1);
  expect(JSON.stringify(faults)).not.toContain("hush");
});

test("accepts unknown values at any depth", () => {
  const news: PropertyMap = {
    labels: { a: unknownValue },
    doors: unknownValue,
    goods: [{ what: unknownValue }, unknownValue],
  };
  expect(check(news)).toMatchObject({ faults: [], inputs: news });
});

test("a refresh keeps the names within objects, and the defaults that still apply", () => {
  const inputs = {
    name: "n",
    lid: { __defaults: ["color"], color: "red", hinges: 2 },
    doors: [{ __defaults: ["side"], side: "left", wall: 1 }],
    goods: [{ __defaults: [], what: "glass" }],
    labels: { a: "1" },
  };
  const state = {
    name: "n",
    lid: { color: "blue", hinges: 3, screws: [] },
    doors: [
      { side: "left", wall: 1, width: 7, paint: {} },
      { side: "left", wall: 2, width: 7 },
    ],
    goods: [{ what: "glass", secret: "", count: 0, fragile: false }],
    labels: { a: "2", b: "3" },
  };
  expect(refreshedInputs(inputs, state)).toEqual({
    name: "n",
    lid: { color: "blue", hinges: 3 },
    doors: [{ __defaults: ["side"], side: "left", wall: 1 }],
    goods: [{ what: "glass" }],
    labels: { a: "2" },
  });
});

test("an import leaves out what objects have by default", () => {
  const state = {
    name: "n",
    lid: { color: "red", hinges: 0, screws: ["a"] },
    doors: [{ side: "right", wall: 1, width: 0, paint: {} }],
  };
  expect(importedInputs(crateSchema, state)).toEqual({
    __defaults: [],
    name: "n",
    lid: { __defaults: [], screws: ["a"] },
    doors: [{ __defaults: [], side: "right", wall: 1 }],
  });
});
