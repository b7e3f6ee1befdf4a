import type { ResourceSchema } from "../../../src/protocol/resourceSchema";
import { resourceType } from "../../../src/protocol/resourceType";

const refuse = () => Promise.reject(new Error("not in a unit test"));

/** One property of each kind. */
export const thingSchema = {
  name: { kind: "string", autonamed: true },
  place: { kind: "string", required: true, replaces: true },
  limit: { kind: "number", default: -1, minimum: -1 },
  quiet: { kind: "boolean", default: false },
  loud: { kind: "boolean", default: true },
  note: { kind: "string" },
  owner: { kind: "string", computed: true },
  path: { kind: "list", terraformName: "search_path" },
  tags: { kind: "set" },
  password: { kind: "string", secret: true },
  old: { kind: "string", unserved: true },
} as const satisfies ResourceSchema;

export const thing = resourceType<null, typeof thingSchema>({
  token: "test:index/thing:Thing",
  schema: thingSchema,
  describe: (show) => `thing ${show("name")}`,
  faults: ({ note }) => (note === "bad" ? [{ property: "note", reason: "bad note" }] : []),
  create: refuse,
  read: refuse,
  update: refuse,
  delete: refuse,
});
