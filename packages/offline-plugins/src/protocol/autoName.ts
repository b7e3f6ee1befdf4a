import { createHash } from "node:crypto";

import type { PropertyMap } from "./propertyValue";

/** What a resource's name may be made from. */
export interface Naming {
  /** The resource's logical name in the program. */
  logicalName: string;
  /** The engine's seed: the same in a preview and in the update after it. */
  seed: Uint8Array;
  /** What the project's `pulumi:autonaming` settings propose instead. */
  proposal?: string;
}

/** A name for an object whose program gives none: the one it has already, or the logical name and seven random digits. */
export function autoName(property: string, olds: PropertyMap, naming: Naming): string {
  const old = olds[property];
  const defaults = olds["__defaults"];
  const wasMade = Array.isArray(defaults) && defaults.includes(property);
  if (wasMade && typeof old === "string") return old;
  if (naming.proposal !== undefined) return naming.proposal;
  const digits = createHash("sha256").update(naming.seed).update(naming.logicalName).digest("hex");
  return `${naming.logicalName}-${digits.slice(0, 7)}`;
}
