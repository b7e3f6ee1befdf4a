import { existsSync, readFileSync } from "node:fs";

import { stackFiles } from "./stackFiles";
import { parseYaml } from "./yaml";

/**
 * What the configuration of a stack says, as it is written: secrets are objects with their cipher text.
 *
 * @param hint a text without which nobody wants to know: the YAML library is loaded only then
 * @throws CommandError if it is no YAML
 */
export function readConfiguration(
  stack: string,
  environment: NodeJS.ProcessEnv,
  hint: string,
): Readonly<Record<string, unknown>> | undefined {
  // The file that Pulumi reads has what `pulumi config set` has added.
  const file = environment["PULUMI_OPTION_CONFIG_FILE"] ?? stackFiles(stack).tracked;
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  // Stack local is spared the YAML library, and all that settings are checked with.
  if (!text.includes(hint)) return undefined;
  const document = parseYaml(text, `Pulumi.${stack}.yaml`);
  const { config = {} } = (document.toJS() ?? {}) as { config?: Record<string, unknown> };
  return config;
}

/** The same as Pulumi hands it to a program: every value a string, and an object as JSON. */
export function asPulumiHandsIt(
  configuration: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.fromEntries(
    Object.entries(configuration).map(([key, value]) => [key, text(value)]),
  );
}
