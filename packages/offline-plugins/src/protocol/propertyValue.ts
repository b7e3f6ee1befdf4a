/** A value that is not known before the update. */
export const unknownValue: unique symbol = Symbol("a value that is not known yet");

/** A value of a resource's inputs or outputs, with secrets unwrapped. */
export type PropertyValue =
  null | boolean | number | string | typeof unknownValue | readonly PropertyValue[] | PropertyMap;

/** Inputs or outputs of one resource, by name. */
export interface PropertyMap {
  readonly [name: string]: PropertyValue;
}

/** Whether the engine and the bridge reserve a name: `__defaults`, `__pulumi_raw_state_delta`, `__meta`. */
export function isReserved(name: string): boolean {
  return name.startsWith("__");
}

/** Whether a value is missing for Pulumi's bridge to Terraform: undefined, null, an empty list or an empty map. */
export function isAbsent(value: PropertyValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** Whether a value is absent or the zero value of its type. */
export function isZero(value: PropertyValue | undefined): boolean {
  return isAbsent(value) || value === "" || value === 0 || value === false;
}

/** Whether a value is an object: one of a nested property, or a map. */
export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is unknown or contains an unknown one. */
export function hasUnknown(value: PropertyValue): boolean {
  if (value === unknownValue) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

/** Sorts a set as Terraform states do, by bytes. A set with an unknown element is unknown. */
export function sortedSet(value: PropertyValue): PropertyValue {
  if (!Array.isArray(value)) return value;
  if (value.includes(unknownValue)) return unknownValue;
  return sortedStrings(value.filter((element) => typeof element === "string"));
}

/** Sorts strings by their bytes and removes duplicates. */
export function sortedStrings(strings: readonly string[]): string[] {
  return [...new Set(strings)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
