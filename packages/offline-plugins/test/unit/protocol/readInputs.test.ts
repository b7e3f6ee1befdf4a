import { expect, test } from "vitest";

import { importedInputs, refreshedInputs } from "../../../src/protocol/checkInputs";
import { thingSchema } from "./thing";

const state = {
  name: "n",
  place: "p",
  limit: -1,
  loud: true,
  tags: ["a", "b"],
  note: "",
  owner: "o",
};

test("a refresh keeps only the existing names", () => {
  const inputs = { name: "n", place: "p", gone: "x", __defaults: [] };
  expect(refreshedInputs(inputs, state)).toEqual({ name: "n", place: "p" });
});

test("a default whose value has changed on the server is no longer a default", () => {
  const inputs = { name: "n", limit: -1, loud: true, __defaults: ["limit", "loud"] };
  expect(refreshedInputs(inputs, { ...state, limit: 5 })).toEqual({
    name: "n",
    limit: 5,
    loud: true,
    __defaults: ["loud"],
  });
});

test("a refresh keeps as many elements of a set as the program declared", () => {
  expect(refreshedInputs({ tags: ["b"] }, state)).toEqual({ tags: ["a"] });
  expect(refreshedInputs({ tags: ["c", "b", "a"] }, state)).toEqual({ tags: ["a", "b"] });
});

test("an import contains the required properties and those that differ from defaults", () => {
  expect(importedInputs(thingSchema, { ...state, limit: 7, old: "x" })).toEqual({
    name: "n",
    place: "p",
    limit: 7,
    tags: ["a", "b"],
    owner: "o",
    __defaults: [],
  });
});
