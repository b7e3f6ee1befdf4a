import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import { expect, test } from "vitest";

import { diffResponse } from "../../../src/protocol/diff";
import type { PropertyMap } from "../../../src/protocol/propertyValue";
import { thing } from "./thing";

const live = { name: "n", place: "p", limit: -1, quiet: false, loud: true };
const diff = (inputs: PropertyMap) => diffResponse(thing, live, inputs, new Set());

test("without a difference there are no changes, and replacing properties are stable", () => {
  const response = diff({ name: "n", place: "p" });
  expect(response.getChanges()).toBe(DiffResponse.DiffChanges.DIFF_NONE);
  expect(response.getStablesList()).toEqual(["place"]);
  expect(response.getDiffsList()).toEqual([]);
});

test("a change in place replaces nothing", () => {
  const response = diff({ name: "n", place: "p", limit: 2 });
  expect(response.getChanges()).toBe(DiffResponse.DiffChanges.DIFF_SOME);
  expect(response.getReplacesList()).toEqual([]);
  expect(response.getDeletebeforereplace()).toBe(false);
  expect(response.getDetaileddiffMap().get("limit")?.getKind()).toBe(PropertyDiff.Kind.UPDATE);
});

test("a change that replaces says so, and is no longer stable", () => {
  const response = diff({ name: "n", place: "q", __defaults: ["name"] });
  expect(response.getReplacesList()).toEqual(["place"]);
  expect(response.getStablesList()).toEqual([]);
  expect(response.getDetaileddiffMap().get("place")?.getKind()).toBe(
    PropertyDiff.Kind.UPDATE_REPLACE,
  );
});

test("if the program chose the name, the old object is deleted first", () => {
  const named = { name: "n", place: "q" };
  expect(diff({ ...named, __defaults: ["name"] }).getDeletebeforereplace()).toBe(false);
  expect(diff({ ...named, __defaults: [] }).getDeletebeforereplace()).toBe(true);
});
