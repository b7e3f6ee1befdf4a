import { createRequire } from "node:module";

import type { Document } from "yaml";

import { CommandError } from "../commandError";

const load = createRequire(__filename);

/** The YAML library, loaded when it is needed: that takes as long as all else before Pulumi starts, and few runs do. */
export function yaml(): typeof import("yaml") {
  return load("yaml") as typeof import("yaml");
}

/**
 * The document in a file that people write.
 *
 * @param name of the file, as they know it
 * @throws CommandError with the place, if it is no YAML or says a thing twice
 */
export function parseYaml(text: string, name: string): Document {
  const document = yaml().parseDocument(text);
  const [fault] = document.errors;
  if (fault === undefined) return document;
  // Below it stand lines of the file, which may hold what nobody else is to see.
  const [place = ""] = fault.message.split("\n", 1);
  throw new CommandError(`${name} cannot be read: ${place.replace(/:$/, ".")}`, "Mend it there.");
}
