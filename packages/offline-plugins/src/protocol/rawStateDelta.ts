import { isMap, type PropertyMap, type PropertyValue } from "./propertyValue";
import { isNested, type PropertySchema, type ResourceSchema } from "./resourceSchema";

/**
 * The bridge's note in the state of how Pulumi's view of it differs from Terraform's: which properties are collections, and
 * which have another name. The official plugin rebuilds its own state from it.
 *
 * @param isNew Just created: an object that the server was to decide on, and decided against, has no note yet.
 */
export function rawStateDelta(
  schema: ResourceSchema,
  state: PropertyMap,
  isNew = false,
): PropertyMap {
  const notes = Object.entries(schema).flatMap(([name, property]) => {
    const value = state[name] ?? null;
    if (isNew && value === null && property.computed === true) return [];
    const note = noteOn(property, value);
    return note === undefined ? [] : [[name, note] as const];
  });
  const renamed = Object.keys(schema).flatMap((name) => {
    const terraformName = schema[name]?.terraformName;
    return terraformName === undefined ? [] : [[name, terraformName] as const];
  });
  return {
    obj: {
      ...(notes.length === 0 ? {} : { ps: Object.fromEntries(notes) }),
      ...(renamed.length === 0 ? {} : { renamed: Object.fromEntries(renamed) }),
    },
  };
}

function noteOn(property: PropertySchema, value: PropertyValue): PropertyMap | undefined {
  if (property.kind === "map") return value === null ? undefined : { map: {} };
  if (property.kind === "object") {
    // Terraform has a list of at most one element.
    const inner =
      isNested(property) && isMap(value) ? rawStateDelta(property.properties, value) : {};
    return { plu: { i: inner } };
  }
  if (!Array.isArray(value)) return undefined;
  if (!isNested(property) || value.length === 0) return { arr: {} };
  const parts = value.map((part: PropertyValue, index) => [
    String(index),
    isMap(part) ? rawStateDelta(property.properties, part) : {},
  ]);
  return { arr: { el: Object.fromEntries(parts) as PropertyMap } };
}
