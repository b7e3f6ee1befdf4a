import { isMap, isZero, type PropertyMap, type PropertyValue, unknownValue } from "./propertyValue";
import { isNested, type PropertySchema } from "./resourceSchema";

/** Whether two elements of a collection mean the same: in an object, nothing is as good as a zero. */
export function isSameValue(property: PropertySchema, a: PropertyValue, b: PropertyValue): boolean {
  return meaningOf(property, a) === meaningOf(property, b);
}

function meaningOf(property: PropertySchema, value: PropertyValue): string {
  return JSON.stringify(canonical(property, value), (_, inner: unknown) =>
    inner === unknownValue ? { unknown: true } : inner,
  );
}

function canonical(property: PropertySchema, value: PropertyValue): PropertyValue {
  if (!isNested(property) || !isMap(value)) return value;
  const entries = Object.entries(property.properties).flatMap(([name, inner]) => {
    const held = value[name] ?? null;
    if (inner.default === undefined && isZero(held)) return [];
    return [[name, canonicalProperty(inner, held)] as const];
  });
  return Object.fromEntries(entries);
}

function canonicalProperty(property: PropertySchema, value: PropertyValue): PropertyValue {
  if (property.kind === "map" && isMap(value)) return sortedMap(value);
  if (!Array.isArray(value)) return canonical(property, value);
  return value.map((element: PropertyValue) => canonical(property, element));
}

function sortedMap(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
