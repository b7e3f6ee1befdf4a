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

/** Absent, null or an empty list: what Pulumi's bridge to Terraform takes for "not there". */
export function isAbsent(value: PropertyValue | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** Absent, or the value that an attribute has when nobody sets it. */
export function isZero(value: PropertyValue | undefined): boolean {
  return isAbsent(value) || value === "" || value === 0 || value === false;
}
