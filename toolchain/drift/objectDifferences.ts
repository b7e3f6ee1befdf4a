import type { PluginDifference } from "./pluginDifference";
import type { PreviewStep } from "./previewOutput";
import { changedProperties, declaredText, liveText } from "./stepProperties";
import { word } from "./word";

type Kind = PluginDifference["kind"];

/** How each property is called in PostgreSQL's words, and what its difference is. */
const properties: Readonly<
  Record<string, Readonly<Record<string, { kind: Kind; words: string }>>>
> = {
  database: {
    owner: { kind: "database owner", words: "OWNER" },
    connectionLimit: { kind: "database attribute", words: "CONNECTION LIMIT" },
    allowConnections: { kind: "database attribute", words: "ALLOW_CONNECTIONS" },
    isTemplate: { kind: "database attribute", words: "IS_TEMPLATE" },
    encoding: { kind: "database attribute", words: "ENCODING" },
    lcCollate: { kind: "database attribute", words: "LC_COLLATE" },
    lcCtype: { kind: "database attribute", words: "LC_CTYPE" },
    tablespaceName: { kind: "database attribute", words: "TABLESPACE" },
  },
  schema: { owner: { kind: "schema owner", words: "OWNER" } },
  extension: {
    schema: { kind: "extension schema", words: "SCHEMA" },
    version: { kind: "extension version", words: "VERSION" },
  },
};

/** How a database, a schema or an extension differs from the declared one. @returns undefined for a property that is unknown here */
export function objectDifferences(
  type: "database" | "schema" | "extension",
  step: PreviewStep,
): PluginDifference[] | undefined {
  const name = declaredText(step, "name");
  const object = `${type} ${name}`;
  if (step.op === "create") {
    const about = [new RegExp(`^${type} missing `), word(name)];
    const missing = { object, expected: null, actual: null, about };
    return [{ kind: `${type} missing`, ...missing, repair: "automatic" }];
  }
  const found = changedProperties(step).map((property): PluginDifference | undefined => {
    const known = properties[type]?.[property];
    if (known === undefined) return undefined;
    const { kind, words } = known;
    const expected = `${words} ${declaredText(step, property)}`;
    const live = liveText(step, property);
    const about = [word(name), word(live)];
    return { kind, object, expected, actual: `${words} ${live}`, repair: "automatic", about };
  });
  const differences = found.filter((difference) => difference !== undefined);
  return differences.length === found.length ? differences : undefined;
}
