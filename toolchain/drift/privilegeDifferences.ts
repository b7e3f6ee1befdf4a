import type { PluginDifference } from "./pluginDifference";
import type { PreviewStep } from "./previewOutput";
import { declaredText, listChanges } from "./stepProperties";
import { within, word } from "./word";

/** How the privileges of one role differ from those of a declared `Grant`. The plugin judges all objects of a schema as one. */
export function grantDifferences(step: PreviewStep): PluginDifference[] {
  const type = declaredText(step, "objectType");
  const schema = declaredText(step, "schema");
  const database = declaredText(step, "database");
  const target = {
    database: { object: `database ${database}`, scope: word(database) },
    schema: { object: `schema ${schema}`, scope: word(schema) },
  }[type] ?? { object: `${type}s of schema ${schema}`, scope: within(schema) };
  return differences(step, target.object, [target.scope], "privilege");
}

/** The same for a declared `DefaultPrivileges`. */
export function defaultPrivilegeDifferences(step: PreviewStep): PluginDifference[] {
  const schema = declaredText(step, "schema");
  const owner = declaredText(step, "owner");
  const plural = `${declaredText(step, "objectType")}s`;
  const object = `default privileges of ${owner} on ${plural} in schema ${schema}`;
  return differences(step, object, [/default/i, word(schema)], "default privilege");
}

function differences(
  step: PreviewStep,
  object: string,
  scope: readonly RegExp[],
  kind: "privilege" | "default privilege",
): PluginDifference[] {
  const role = declaredText(step, "role");
  const grantee = role === "public" ? "PUBLIC" : role;
  const { missing, spare } = listChanges(step, "privileges");
  const about = (privilege: string) => [...scope, word(grantee), word(privilege)];
  return [
    ...missing.map((privilege): PluginDifference => {
      const expected = `${privilege} to ${grantee}`;
      const values = { object, expected, actual: `no ${expected}`, about: about(privilege) };
      return { kind: `${kind} missing`, ...values, repair: "automatic" };
    }),
    ...spare.map((privilege): PluginDifference => {
      const actual = `${privilege} to ${grantee}`;
      const values = { object, expected: `no ${actual}`, actual, about: about(privilege) };
      return { kind: `${kind} not declared`, ...values, repair: "automatic" };
    }),
  ];
}
