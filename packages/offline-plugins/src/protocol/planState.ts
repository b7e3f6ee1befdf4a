import {
  isCollection,
  isNested,
  isSameValue,
  mapParts,
  type PropertySchema,
  type ResourceSchema,
  zeroOf,
} from "./resourceSchema";
import {
  isAbsent,
  isMap,
  isZero,
  type PropertyMap,
  type PropertyValue,
  sortedSet,
  unknownValue,
} from "./propertyValue";

/**
 * The planned state of an object: the program's inputs, then defaults, then present values or those that the server will choose.
 *
 * @param old the present state; undefined for an object that does not exist yet
 * @param ignored names that keep their present value whatever the program says
 */
export function planState(
  schema: ResourceSchema,
  old: PropertyMap | undefined,
  inputs: PropertyMap,
  ignored: ReadonlySet<string> = new Set(),
): PropertyMap {
  const entries = Object.entries(schema).map(([name, property]) => {
    const present = old?.[name] ?? null;
    if (old !== undefined && ignored.has(name)) return [name, present];
    const planned = planGiven(property, present, inputs[name] ?? null);
    return [name, planned ?? planOmitted(property, old === undefined, present)];
  });
  return Object.fromEntries(entries) as PropertyMap;
}

/** The planned value of an input; undefined if there is no input. */
function planGiven(
  property: PropertySchema,
  present: PropertyValue,
  input: PropertyValue,
): PropertyValue | undefined {
  if (input === null) return undefined;
  // Terraform distinguishes "no list" from "an empty list". A program cannot, so the state keeps its form.
  if (isCollection(property) && isAbsent(input))
    return isAbsent(present) ? present : zeroOf(property);
  if (property.kind === "set") return sortedSet(input);
  if (!isNested(property)) return input;
  return mapParts(input, (part, index) => {
    const planned = planPart(property, partAt(property, present, index), part);
    return equalElement(property, present, planned) ?? planned;
  });
}

/** The present object that corresponds to an input. The elements of a set have no such correspondence. */
function partAt({ kind }: PropertySchema, present: PropertyValue, index: number) {
  const parts: readonly PropertyValue[] = Array.isArray(present) ? present : [present];
  const part = parts[index];
  return kind !== "objectSet" && isMap(part) ? part : undefined;
}

/** Plans one object of a nested property. Omitted properties are empty where their kind has an empty value, otherwise null. */
function planPart(
  { properties }: { properties: ResourceSchema },
  present: PropertyMap | undefined,
  input: PropertyMap,
): PropertyMap {
  const planned = planState(properties, present, input);
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const value = planned[name] ?? null;
      return [name, value === null && hasEmptyValue(property) ? zeroOf(property) : value];
    }),
  );
}

function hasEmptyValue(property: PropertySchema): boolean {
  return property.kind === "string" || (isCollection(property) && property.kind !== "map");
}

/** The element of a present set that equals a planned one. */
function equalElement(property: PropertySchema, present: PropertyValue, planned: PropertyMap) {
  if (property.kind !== "objectSet" || !Array.isArray(present)) return undefined;
  const parts: readonly PropertyValue[] = present;
  return parts.filter(isMap).find((part) => isSameValue(property, part, planned));
}

function planOmitted(property: PropertySchema, isNew: boolean, present: PropertyValue) {
  if (property.default !== undefined) return property.default;
  if (property.computed === true) return isNew ? unknownValue : present;
  if (isZero(present) && present !== null) return present;
  // A list of objects is empty, never missing.
  return isNested(property) ? zeroOf(property) : null;
}
