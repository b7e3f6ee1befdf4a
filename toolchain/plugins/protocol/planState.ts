import {
  isAbsent,
  isZero,
  type PropertyMap,
  type PropertyValue,
  unknownValue,
} from "./propertyValue";
import type { PropertySchema, ResourceSchema } from "./resourceSchema";
import { sortedSet } from "./sortedSet";

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
    return [name, planProperty(property, old === undefined, present, inputs[name])];
  });
  return Object.fromEntries(entries) as PropertyMap;
}

function planProperty(
  property: PropertySchema,
  isNew: boolean,
  present: PropertyValue,
  input: PropertyValue | undefined,
): PropertyValue {
  const isCollection = property.kind === "list" || property.kind === "set";
  if (input !== undefined && input !== null) {
    // Terraform tells "no list" from "an empty list"; a program cannot, so what the state has stays.
    if (isCollection && isAbsent(input)) return isAbsent(present) ? present : [];
    return property.kind === "set" ? sortedSet(input) : input;
  }
  if (property.default !== undefined) return property.default;
  if (property.computed === true) return isNew ? unknownValue : present;
  return isZero(present) ? present : null;
}
