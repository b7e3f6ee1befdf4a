import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

import { isMap, type PropertyMap } from "../protocol/propertyValue";
import type { Fault } from "../protocol/resourceType";

/** What is wrong with an image's inputs whose single values are of the right kind. What is not known yet passes. */
export function buildFaults({ name, build, pullTriggers }: PropertyMap): Fault[] {
  if (!isMap(build)) return [];
  const faults: Fault[] = [];
  if (Array.isArray(pullTriggers) && pullTriggers.length > 0) {
    const reason = '"pullTriggers" is for images that are pulled; use "triggers" with "build"';
    faults.push({ property: "pullTriggers", reason });
  }
  if (typeof name === "string" && name.includes("@")) {
    const reason = `"name": an image that is built cannot be named by a digest, got "${name}"`;
    faults.push({ property: "name", reason });
  }
  const { context, dockerfile } = build;
  if (typeof context !== "string") return faults;
  const folder = resolve(context);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    const reason = `"build.context": there is no folder "${context}" (${folder})`;
    faults.push({ property: "build.context", reason });
  } else if (typeof dockerfile === "string" && !existsSync(join(folder, dockerfile))) {
    const reason = `"build.dockerfile": there is no file "${dockerfile}" in ${folder}`;
    faults.push({ property: "build.dockerfile", reason });
  }
  return faults;
}
