import type { PluginDifference } from "./pluginDifference";
import type { PreviewStep } from "./previewOutput";
import { changedProperties, declaredText, liveText } from "./stepProperties";
import { word } from "./word";

/** How each property is called in PostgreSQL's words; all of them but the owner are the object's own kind of difference. */
const properties: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  database: {
    owner: "owner",
    connectionLimit: "CONNECTION LIMIT",
    allowConnections: "ALLOW_CONNECTIONS",
    isTemplate: "IS_TEMPLATE",
    encoding: "ENCODING",
    lcCollate: "LC_COLLATE",
    lcCtype: "LC_CTYPE",
    tablespaceName: "TABLESPACE",
  },
  schema: { owner: "owner" },
  extension: { schema: "schema", version: "version" },
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
    const words = properties[type]?.[property];
    if (words === undefined) return undefined;
    const kind = kindOf(type, words);
    const expected = `${words} ${declaredText(step, property)}`;
    const live = liveText(step, property);
    const about = [word(name), word(live)];
    return { kind, object, expected, actual: `${words} ${live}`, repair: "automatic", about };
  });
  const differences = found.filter((difference) => difference !== undefined);
  return differences.length === found.length ? differences : undefined;
}

function kindOf(
  type: "database" | "schema" | "extension",
  words: string,
): PluginDifference["kind"] {
  if (words === "owner") return "owner";
  if (type === "database") return "database attribute";
  return words === "schema" ? "extension schema" : "extension version";
}
