import type { DriftCase } from "../driftCase";
import { access } from "./access";
import { migrations } from "./migrations";
import { plugin } from "./plugin";
import { pooler } from "./pooler";
import { rowLevelSecurity } from "./rowLevelSecurity";
import { schema } from "./schema";
import { server } from "./server";
import { settings } from "./settings";

/** Every kind of drift by area: docs/drift.md is generated from it, and a test makes every change in a real database. */
export const catalogue = {
  rowLevelSecurity,
  access,
  pooler,
  plugin,
  settings,
  schema,
  migrations,
  server,
} as const satisfies Readonly<Record<string, readonly DriftCase[]>>;
