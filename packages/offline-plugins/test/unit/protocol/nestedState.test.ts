import { expect, test } from "vitest";

import { provider } from "../../../src/docker/provider";
import { outputs, refreshedState, settledState } from "../../../src/protocol/outputs";
import { packageSchema } from "../../../src/protocol/packageSchema";
import { planState } from "../../../src/protocol/planState";
import { unknownValue } from "../../../src/protocol/propertyValue";
import { crate, crateSchema } from "./crate";

const planned = planState(crateSchema, undefined, {
  name: "n",
  lid: { __defaults: [], hinges: 2 },
  doors: [{ wall: 1 }],
  goods: [{ what: "glass" }],
});

test("in a planned object, omitted texts and lists are empty, other omitted values are absent", () => {
  expect(planned).toEqual({
    name: "n",
    labels: null,
    marks: null,
    lid: { color: "red", hinges: 2, screws: [] },
    lock: unknownValue,
    doors: [{ wall: 1, width: unknownValue, side: "left", paint: null }],
    goods: [{ what: "glass", secret: "", count: null, fragile: false, old: "" }],
  });
});

test("a new object is as planned, except for values that the server chose", () => {
  const live = {
    ...planned,
    labels: {},
    lock: null,
    doors: [{ wall: 1, width: 7, side: "left", paint: {} }],
    goods: [{ what: "glass", secret: "", count: 0, fragile: false, old: "" }],
  };
  const settled = settledState(crateSchema, planned, live);
  expect(settled).toEqual({ ...live, labels: null, goods: planned["goods"] });
});

test("a refresh completes the objects in it", () => {
  const live = { lid: { color: "red", hinges: null }, goods: [{ what: "glass" }], lock: null };
  expect(refreshedState(crateSchema, live)).toEqual({
    lid: { color: "red", hinges: 0, screws: [] },
    goods: [{ what: "glass", secret: "", count: 0, fragile: false, old: "" }],
    lock: null,
  });
});

test("the bridge's notes name collections and renamed properties at any depth", () => {
  const state = {
    labels: { a: "1" },
    marks: null,
    lid: { color: "red", screws: [] },
    lock: null,
    doors: [{ wall: 1, paint: {} }],
    goods: [],
  };
  const properties = outputs(crate, "id", state);
  expect(properties["__meta"]).toBe('{"schema_version":"1"}');
  expect(properties["__pulumi_raw_state_delta"]).toEqual({
    obj: {
      ps: {
        labels: { map: {} },
        lid: { plu: { i: { obj: { ps: { screws: { arr: {} } }, renamed: { screws: "screw" } } } } },
        lock: { plu: { i: {} } },
        doors: { arr: { el: { "0": { obj: { ps: { paint: { map: {} } } } } } } },
        goods: { arr: {} },
      },
      renamed: { doors: "door" },
    },
  });
  const created = outputs(crate, "id", state, true)["__pulumi_raw_state_delta"];
  expect(created).not.toHaveProperty("obj.ps.lock");
});

test("there are no notes on partly unknown values", () => {
  const state = { ...planned, lock: null };
  expect(outputs(crate, "id", state)).toEqual({ ...state, id: "id" });
});

test("objects are separate types in the package schema", () => {
  const { types, resources } = packageSchema(provider);
  const container = resources["docker:index/container:Container"];
  expect(container?.inputProperties["ports"]).toEqual({
    type: "array",
    items: { $ref: "#/types/docker:index/ContainerPorts:ContainerPorts" },
  });
  expect(container?.inputProperties["tmpfs"]).toEqual({
    type: "object",
    additionalProperties: { type: "string" },
  });
  expect(types?.["docker:index/ContainerPorts:ContainerPorts"]).toMatchObject({
    type: "object",
    properties: { internal: { type: "integer" }, ip: { type: "string" } },
    required: ["internal"],
  });
  expect(types?.["docker:index/ContainerUploads:ContainerUploads"]).not.toHaveProperty(
    "properties.source",
  );
});
