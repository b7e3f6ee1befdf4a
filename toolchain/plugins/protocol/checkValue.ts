import { type PropertyValue, unknownValue } from "./propertyValue";
import type { PropertySchema } from "./resourceSchema";

/** What is wrong with one given value; undefined if nothing is. Unknown values pass: they are checked again when known. */
export function checkValue(schema: PropertySchema, value: PropertyValue): string | undefined {
  if (value === unknownValue) return undefined;
  const shown = schema.secret === true ? "a secret of another kind" : JSON.stringify(value);
  switch (schema.kind) {
    case "boolean":
      return typeof value === "boolean" ? undefined : `expected true or false, got ${shown}`;
    case "number":
      return checkNumber(schema.minimum, value);
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
  }
}

function checkNumber(minimum: number | undefined, value: PropertyValue): string | undefined {
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    return `expected a whole number, got ${JSON.stringify(value)}`;
  if (minimum !== undefined && value < minimum)
    return `expected a number of at least ${minimum}, got ${value}`;
  return undefined;
}

function isText(element: PropertyValue): boolean {
  return typeof element === "string" || element === unknownValue;
}
