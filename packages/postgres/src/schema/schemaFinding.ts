import type { Finding } from "../convergence/difference";
import type { SchemaChange } from "./catalog/compareSchema";
import type { SchemaRepair } from "./repair/schemaRepair";

/** A difference between the recorded schema and the live one, with what it was found from. */
export interface SchemaFinding extends Finding {
  change: SchemaChange;
  /** Which facts of an altered object it is about. */
  facts: readonly string[];
  /** The change that it came with, as findings name its object. */
  follows?: string;
  /** Whether a pending migration makes it official. */
  adopted?: true;
  /** What ends it; none where up refuses, or where something else ends it. */
  repairs: readonly SchemaRepair[];
}
