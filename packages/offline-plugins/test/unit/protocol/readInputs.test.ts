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

test("a refresh keeps the names that were there, and nothing but these", () => {
  const inputs = { name: "n", place: "p", gone: "x", __defaults: [] };
  expect(refreshedInputs(inputs, state)).toEqual({ name: "n", place: "p" });
});

test("a default whose value has changed on the server is a default no longer", () => {
  const inputs = { name: "n", limit: -1, loud: true, __defaults: ["limit", "loud"] };
  expect(refreshedInputs(inputs, { ...state, limit: 5 })).toEqual({
    name: "n",
    limit: 5,
    loud: true,
    __defaults: ["loud"],
  });
});

test("of a set as many elements are taken over as the program gave", () => {
  expect(refreshedInputs({ tags: ["b"] }, state)).toEqual({ tags: ["a"] });
  expect(refreshedInputs({ tags: ["c", "b", "a"] }, state)).toEqual({ tags: ["a", "b"] });
});

test("an import says what has to be said and what is no default", () => {
  expect(importedInputs(thingSchema, { ...state, limit: 7, old: "x" })).toEqual({
    name: "n",
    place: "p",
    limit: 7,
    tags: ["a", "b"],
    owner: "o",
    __defaults: [],
  });
});
