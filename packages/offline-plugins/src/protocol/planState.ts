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
 * The state that an object is to have: the program's inputs, defaults, and for the rest what the server has or will decide.
 *
 * @param old the present state; undefined for an object that does not exist yet.
 * @param ignored names whose present value stays, whatever the program says.
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

/** What a given value comes to; undefined if nothing is given. */
function planGiven(
  property: PropertySchema,
  present: PropertyValue,
  input: PropertyValue,
): PropertyValue | undefined {
  if (input === null) return undefined;
  // Terraform tells "no list" from "an empty list"; a program cannot, so what the state has stays.
  if (isCollection(property) && isAbsent(input))
    return isAbsent(present) ? present : zeroOf(property);
  if (property.kind === "set") return sortedSet(input);
  if (!isNested(property)) return input;
  return mapParts(input, (part, index) => {
    const planned = planPart(property, partAt(property, present, index), part);
    return keptElement(property, present, planned) ?? planned;
  });
}

function planOmitted(property: PropertySchema, isNew: boolean, present: PropertyValue) {
  if (property.default !== undefined) return property.default;
  if (property.computed === true) return isNew ? unknownValue : present;
  if (isZero(present) && present !== null) return present;
  // A list of objects is never "no list".
  return isNested(property) ? zeroOf(property) : null;
}

/** One object of a nested property. What is omitted in it is empty rather than not there, where its kind has that. */
function planPart(
  { properties }: { properties: ResourceSchema },
  present: PropertyMap | undefined,
  input: PropertyMap,
): PropertyMap {
  const planned = planState(properties, present, input);
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const value = planned[name] ?? null;
      return [name, value === null && hasEmpty(property) ? zeroOf(property) : value];
    }),
  );
}

/** The element of a present set that a planned one means, if it is there already. */
function keptElement(property: PropertySchema, present: PropertyValue, planned: PropertyMap) {
  if (property.kind !== "objectSet" || !Array.isArray(present)) return undefined;
  const parts: readonly PropertyValue[] = present;
  return parts.filter(isMap).find((part) => isSameValue(property, part, planned));
}

function hasEmpty(property: PropertySchema): boolean {
  return property.kind === "string" || (isCollection(property) && property.kind !== "map");
}

/** The present object that a given one stands for. In a set, none stands for another. */
function partAt({ kind }: PropertySchema, present: PropertyValue, index: number) {
  const parts: readonly PropertyValue[] = Array.isArray(present) ? present : [present];
  const part = parts[index];
  return kind !== "objectSet" && isMap(part) ? part : undefined;
}
