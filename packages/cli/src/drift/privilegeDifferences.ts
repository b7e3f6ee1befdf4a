import type { PluginDifference } from "./pluginDifference";
import type { PreviewStep } from "./previewOutput";
import { declaredText, listChanges } from "./stepProperties";
import { to, within, word } from "./word";

/** The object types that components/privileges.ts grants on. */
type GrantedType = "database" | "schema" | "table" | "sequence";

/** How the privileges of one role differ from those of a declared `Grant`. The plugin judges all objects of a schema as one. */
export function grantDifferences(step: PreviewStep): PluginDifference[] {
  const type = declaredText(step, "objectType");
  const schema = declaredText(step, "schema");
  const database = declaredText(step, "database");
  const target = {
    database: { object: `database ${database}`, scope: word(database) },
    schema: { object: `schema ${schema}`, scope: word(schema) },
  }[type] ?? { object: `${type}s of schema ${schema}`, scope: within(schema) };
  const kinds = {
    missing: "privilege missing",
    spare: `${type as GrantedType} privilege`,
  } as const;
  return differences(step, target.object, [target.scope], kinds);
}

/** The same for a declared `DefaultPrivileges`. */
export function defaultPrivilegeDifferences(step: PreviewStep): PluginDifference[] {
  const schema = declaredText(step, "schema");
  const owner = declaredText(step, "owner");
  const plural = `${declaredText(step, "objectType")}s`;
  const object = `default privileges of ${owner} on ${plural} in schema ${schema}`;
  const kinds = { missing: "default privilege missing", spare: "default privilege" } as const;
  return differences(step, object, [/default/i, word(schema)], kinds);
}

function differences(
  step: PreviewStep,
  object: string,
  scope: readonly RegExp[],
  kinds: { missing: PluginDifference["kind"]; spare: PluginDifference["kind"] },
): PluginDifference[] {
  const role = declaredText(step, "role");
  const grantee = role === "public" ? "PUBLIC" : role;
  const { missing, spare } = listChanges(step, "privileges");
  const about = (privilege: string) => [...scope, to(grantee), word(privilege)];
  return [
    ...missing.map((privilege): PluginDifference => {
      const expected = `${privilege} to ${grantee}`;
      const values = { object, expected, actual: `no ${expected}`, about: about(privilege) };
      return { kind: kinds.missing, ...values, repair: "automatic" };
    }),
    ...spare.map((privilege): PluginDifference => {
      const actual = `${privilege} to ${grantee}`;
      const values = { object, expected: `no ${actual}`, actual, about: about(privilege) };
      return { kind: kinds.spare, ...values, repair: "automatic" };
    }),
  ];
}
