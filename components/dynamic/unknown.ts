// What Pulumi hands to a dynamic provider for a value that only the update will know (`UnknownValue` of its RPC code).
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether any part of these inputs is known only once another resource has been made. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknown) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}
