import type { ResourceSchema } from "../protocol/resourceSchema";

/** The properties of `postgresql.Grant`. */
export const grantSchema = {
  role: { kind: "string", required: true, replaces: true },
  database: { kind: "string", required: true, replaces: true },
  schema: { kind: "string", replaces: true },
  objectType: {
    kind: "string",
    required: true,
    replaces: true,
    oneOf: ["database", "schema", "table", "sequence", "function", "procedure", "routine"],
  },
  objects: { kind: "set", replaces: true },
  columns: { kind: "set", replaces: true, unserved: true },
  privileges: { kind: "set", required: true },
  withGrantOption: { kind: "boolean", default: false, replaces: true },
} as const satisfies ResourceSchema;
