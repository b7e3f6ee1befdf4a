import { isMap, type PropertyValue, unknownValue } from "./propertyValue";
import { isNested, type PropertySchema } from "./resourceSchema";

/**
 * What is wrong with one given value; undefined if nothing is. Unknown values pass: they are checked again when known.
 *
 * What is within the objects of a nested property is not looked at.
 */
export function checkValue(schema: PropertySchema, value: PropertyValue): string | undefined {
  if (value === unknownValue) return undefined;
  const shown = show(schema, value);
  switch (schema.kind) {
    case "boolean":
      return typeof value === "boolean" ? undefined : `expected true or false, got ${shown}`;
    case "number":
      return checkNumber(schema.minimum, value, shown);
    case "string":
      if (typeof value !== "string") return `expected a string, got ${shown}`;
      return schema.oneOf === undefined || schema.oneOf.includes(value)
        ? undefined
        : `expected one of ${schema.oneOf.join(", ")}, got ${shown}`;
    case "list":
    case "set":
      return Array.isArray(value) && value.every(isText)
        ? undefined
        : `expected a list of strings, got ${shown}`;
    case "map":
      return isMap(value) && Object.values(value).every(isText)
        ? undefined
        : `expected a map of strings, got ${shown}`;
    case "object":
      return isMap(value) ? undefined : `expected an object, got ${shown}`;
    case "objects":
    case "objectSet":
      return Array.isArray(value) && value.every(isObject)
        ? undefined
        : `expected a list of objects, got ${shown}`;
  }
}

function show(schema: PropertySchema, value: PropertyValue): string {
  if (schema.secret === true) return "a secret of another kind";
  if (hides(schema)) return "a value of another kind";
  return JSON.stringify(value, (_, inner: unknown) =>
    inner === unknownValue ? "(not known yet)" : inner,
  );
}

/** Whether the property may hold a secret, or one of its objects' properties. */
function hides(schema: PropertySchema): boolean {
  if (schema.hidden === true || schema.secret === true) return true;
  return isNested(schema) && Object.values(schema.properties).some(hides);
}

function checkNumber(
  minimum: number | undefined,
  value: PropertyValue,
  shown: string,
): string | undefined {
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    return `expected a whole number, got ${shown}`;
  if (minimum !== undefined && value < minimum)
    return `expected a number of at least ${minimum}, got ${shown}`;
  return undefined;
}

function isText(element: PropertyValue): boolean {
  return typeof element === "string" || element === unknownValue;
}

function isObject(element: PropertyValue): boolean {
  return isMap(element) || element === unknownValue;
}
