import type { ResourceSchema } from "../protocol/resourceSchema";

/** The properties of `postgresql.Role`. */
export const roleSchema = {
  name: { kind: "string", autonamed: true },
  password: { kind: "string", secret: true },
  roles: { kind: "set" },
  searchPaths: { kind: "list", terraformName: "search_path" },
  validUntil: { kind: "string", default: "infinity" },
  connectionLimit: { kind: "number", default: -1, minimum: -1 },
  encryptedPassword: { kind: "boolean", default: true },
  inherit: { kind: "boolean", default: true },
  login: { kind: "boolean", default: false },
  superuser: { kind: "boolean", default: false },
  createDatabase: { kind: "boolean", default: false },
  createRole: { kind: "boolean", default: false },
  replication: { kind: "boolean", default: false },
  bypassRowLevelSecurity: { kind: "boolean", default: false },
  statementTimeout: { kind: "number", minimum: 0 },
  idleInTransactionSessionTimeout: { kind: "number", minimum: 0 },
  assumeRole: { kind: "string" },
  skipDropRole: { kind: "boolean", default: false },
  skipReassignOwned: { kind: "boolean", default: false },
  encrypted: { kind: "string", unserved: true },
  passwordWo: { kind: "string", secret: true, unserved: true },
  passwordWoVersion: { kind: "string", unserved: true },
} as const satisfies ResourceSchema;
