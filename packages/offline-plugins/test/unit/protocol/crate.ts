import type { ResourceSchema } from "../../../src/protocol/resourceSchema";
import { resourceType } from "../../../src/protocol/resourceType";

const refuse = () => Promise.reject(new Error("not in a unit test"));

/** One property of each kind that holds objects, and a map. */
export const crateSchema = {
  name: { kind: "string", autonamed: true, replaces: true },
  labels: { kind: "map", replaces: true },
  marks: { kind: "map" },
  lid: {
    kind: "object",
    properties: {
      color: { kind: "string", default: "red" },
      hinges: { kind: "number" },
      screws: { kind: "set", terraformName: "screw" },
    },
  },
  lock: {
    kind: "object",
    computed: true,
    replacesHere: true,
    properties: { key: { kind: "string" } },
  },
  doors: {
    kind: "objects",
    terraformName: "door",
    properties: {
      wall: { kind: "number", required: true },
      width: { kind: "number", computed: true, replaces: true },
      side: { kind: "string", default: "left", oneOf: ["left", "right"] },
      paint: { kind: "map" },
    },
  },
  goods: {
    kind: "objectSet",
    replaces: true,
    properties: {
      what: { kind: "string", required: true, replaces: true },
      secret: { kind: "string", hidden: true, replaces: true },
      count: { kind: "number", replaces: true },
      fragile: { kind: "boolean", default: false, replaces: true },
      old: { kind: "string", unserved: true },
    },
  },
} as const satisfies ResourceSchema;

export const crate = resourceType<null, typeof crateSchema>({
  token: "test:index/crate:Crate",
  schema: crateSchema,
  meta: '{"schema_version":"1"}',
  describe: (show) => `crate ${show("name")}`,
  create: refuse,
  read: refuse,
  update: refuse,
  delete: refuse,
});
