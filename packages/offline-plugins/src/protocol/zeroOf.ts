import type { PropertyValue } from "./propertyValue";
import type { PropertySchema } from "./resourceSchema";

/** What a property comes to that nobody sets: an empty text or collection, 0, false; no object. */
export function zeroOf({ kind }: Pick<PropertySchema, "kind">): PropertyValue {
  switch (kind) {
    case "string":
      return "";
    case "number":
      return 0;
    case "boolean":
      return false;
    case "map":
      return {};
    case "object":
      return null;
    default:
      return [];
  }
}
