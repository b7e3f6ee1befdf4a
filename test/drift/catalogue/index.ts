import type { DriftCase } from "../driftCase";
import { plugin } from "./plugin";
import { server } from "./server";

/** Every kind of drift by area: docs/drift.md is made of it, and a test does all of it to a real database. */
export const catalogue: Readonly<Record<string, readonly DriftCase[]>> = {
  plugin,
  server,
};
