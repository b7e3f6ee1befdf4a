import type { SchemaChange } from "./catalog/compareSchema";
import type { SchemaObject } from "./schemaObject";

/** Whether a constraint changed with that of the table which its table is a partition of, or inherits from. */
export function isInherited(
  { kind, change, expected, actual }: SchemaChange,
  changes: readonly SchemaChange[],
  objects: readonly SchemaObject[],
): boolean {
  if (kind !== "constraint") return false;
  const { table, name } = (expected ?? actual)?.facts ?? {};
  const { facts = {} } =
    objects.find((one) => one.kind === "table" && one.identity === table) ?? {};
  const parents = `${facts["partition of"] ?? ""} ${facts["inherits"] ?? ""}`;
  return changes.some(
    (other) =>
      other.kind === kind &&
      other.change === change &&
      (other.expected ?? other.actual)?.facts["name"] === name &&
      parents.split(/,? /).includes((other.expected ?? other.actual)?.facts["table"] ?? ""),
  );
}
