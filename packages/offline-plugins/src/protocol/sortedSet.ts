import { type PropertyValue, unknownValue } from "./propertyValue";

/** The elements of a set in the order in which Terraform states keep them: by bytes. A set with an unknown element is unknown. */
export function sortedSet(value: PropertyValue): PropertyValue {
  if (!Array.isArray(value)) return value;
  if (value.includes(unknownValue)) return unknownValue;
  return sortedStrings(value.filter((element) => typeof element === "string"));
}

/** Strings by their bytes, each once. */
export function sortedStrings(strings: readonly string[]): string[] {
  return [...new Set(strings)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
