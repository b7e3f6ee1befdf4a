import type { Parameter } from "./parameters";
import { readQuantity } from "./readQuantity";

/** Whether two texts are the same value of a setting: `64MB` and `65536kB`, `on` and `true`. */
export function sameValue(
  { type, unit }: Pick<Parameter, "type" | "unit">,
  one: string,
  other: string,
): boolean {
  if (one === other) return true;
  switch (type) {
    case "bool": {
      const value = readBoolean(one);
      return value !== undefined && value === readBoolean(other);
    }
    case "enum":
      return one.toLowerCase() === other.toLowerCase();
    case "integer":
    case "real": {
      const value = readQuantity(one, unit);
      return value !== undefined && value === readQuantity(other, unit);
    }
    case "string":
      return false;
  }
}

/** A truth value as PostgreSQL reads it in full; it takes abbreviations too. Undefined if it is none. */
export function readBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (["on", "true", "yes", "1"].includes(word)) return true;
  return ["off", "false", "no", "0"].includes(word) ? false : undefined;
}
