/** Stands for a value that nobody knows before the update has run. */
export const unknownValue: unique symbol = Symbol("a value that is not known yet");

/** A value of a resource's inputs or outputs, secrets unwrapped. */
export type PropertyValue =
  null | boolean | number | string | typeof unknownValue | readonly PropertyValue[] | PropertyMap;

/** Inputs or outputs of one resource by name. */
export interface PropertyMap {
  readonly [name: string]: PropertyValue;
}

/** Names that the engine and the bridge keep for themselves: `__defaults`, `__pulumi_raw_state_delta`, `__meta`. */
export function isReserved(name: string): boolean {
  return name.startsWith("__");
}

/** Absent, null, an empty list or an empty map: what Pulumi's bridge to Terraform takes for "not there". */
export function isAbsent(value: PropertyValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** Absent, or the value that an attribute has when nobody sets it. */
export function isZero(value: PropertyValue | undefined): boolean {
  return isAbsent(value) || value === "" || value === 0 || value === false;
}

/** Whether a value is an object: one of a nested property, or a map. */
export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is unknown, or something in it. */
export function hasUnknown(value: PropertyValue): boolean {
  if (value === unknownValue) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

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
