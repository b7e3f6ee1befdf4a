import { createRequire } from "node:module";

const load = createRequire(__filename);

/** The YAML library, loaded when it is needed: that takes as long as all else before Pulumi starts, and few runs do. */
export function yaml(): typeof import("yaml") {
  return load("yaml") as typeof import("yaml");
}
