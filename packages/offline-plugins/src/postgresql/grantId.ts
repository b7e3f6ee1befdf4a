import { crc32 } from "node:zlib";

import type { Observed } from "../protocol/resourceSchema";
import type { grantSchema } from "./grantSchema";

/** A grant's id as the official plugin makes it: what is granted on, joined by underscores. */
export function grantId({
  role,
  database,
  schema,
  objectType,
  objects,
}: Pick<
  Observed<typeof grantSchema>,
  "role" | "database" | "schema" | "objectType" | "objects"
>): string {
  return [
    role,
    database,
    ...(objectType === "database" ? [] : [schema]),
    objectType,
    ...inTerraformOrder(objects ?? []),
  ].join("_");
}

/** Terraform goes through a set by the decimal digits of its elements' checksums. */
function inTerraformOrder(elements: readonly string[]): string[] {
  const key = (element: string) => String(crc32(element));
  return [...elements].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
