import { isMap, isZero, type PropertyMap, type PropertyValue } from "./propertyValue";
import { isNested, mapParts, type ResourceSchema } from "./resourceSchema";

/**
 * The inputs after a refresh: the same names as before, with what the server has now. A default whose value has changed is
 * a default no longer.
 */
export function refreshedInputs(oldInputs: PropertyMap, state: PropertyMap): PropertyMap {
  const inputs: Record<string, PropertyValue> = {};
  const changed = new Set<string>();
  for (const [name, old] of Object.entries(oldInputs)) {
    if (!(name in state)) continue;
    const live = state[name] ?? null;
    inputs[name] = refreshedValue(old, live);
    if (JSON.stringify(old) !== JSON.stringify(live)) changed.add(name);
  }
  const defaults = oldInputs["__defaults"];
  if (!Array.isArray(defaults)) return inputs;
  const kept = defaults.filter(
    (name) => typeof name === "string" && name in inputs && !changed.has(name),
  );
  return kept.length === 0 ? inputs : { ...inputs, __defaults: kept };
}

function refreshedValue(old: PropertyValue, live: PropertyValue): PropertyValue {
  if (isMap(old) && isMap(live)) return refreshedInputs(old, live);
  if (!Array.isArray(old) || !Array.isArray(live)) return live;
  const given: readonly PropertyValue[] = old;
  // The bridge looks at as many elements as the program gave.
  return live
    .slice(0, given.length)
    .map((element: PropertyValue, index) => refreshedValue(given[index] ?? null, element));
}

/** The inputs of an object of which only the id was known: what a program must or would want to say about it. */
export function importedInputs(schema: ResourceSchema, state: PropertyMap): PropertyMap {
  const entries = Object.entries(schema).flatMap(([name, property]) => {
    const value = state[name] ?? null;
    if (property.unserved === true) return [];
    const isDefault = property.default === undefined ? isZero(value) : value === property.default;
    const keep = property.required === true || property.autonamed === true || !isDefault;
    if (!keep || value === null) return [];
    const held = isNested(property)
      ? mapParts(value, (part) => importedInputs(property.properties, part))
      : value;
    return [[name, held] as const];
  });
  return { ...Object.fromEntries(entries), __defaults: [] };
}
