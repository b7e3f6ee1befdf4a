import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { DeclarationError } from "../../postgres/declarationError";
import type * as reading from "../../settings";
import { stackFiles } from "../stack/stackFiles";
import { yaml } from "../stack/yaml";

const load = createRequire(__filename);

/** The settings of a stack whose server is a container, or every fault in them. */
export type DockerStack = { settings: reading.DockerSettings } | { faults: DeclarationError[] };

/** What the configuration of a stack says about Docker; undefined if its server is another kind of instance. */
export function readDockerSettings(
  stack: string,
  environment: NodeJS.ProcessEnv,
): DockerStack | undefined {
  // The file that Pulumi reads has what `pulumi config set` has added.
  const file = environment["PULUMI_OPTION_CONFIG_FILE"] ?? stackFiles(stack).tracked;
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  // Stack local is spared the YAML library, and all that settings are checked with.
  if (!text.includes("docker")) return undefined;
  const { project, readSettings } = load("../../settings") as typeof reading;
  const { config = {} } = (yaml().parse(text) ?? {}) as { config?: Record<string, unknown> };
  const configuration = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, asPulumiHandsIt(value)]),
  );
  if (configuration[`${project}:instance`] !== "docker") return undefined;
  const read = readSettings(configuration, stack);
  if ("faults" in read) return read;
  return read.settings.instance === "docker" ? { settings: read.settings } : undefined;
}

/** Every value a string, and an object as JSON. */
function asPulumiHandsIt(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
