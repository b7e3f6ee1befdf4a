import type { Parameter } from "./parameters";
import { readBoolean } from "./sameValue";
import { readQuantity } from "./readQuantity";

/** No setting needs a longer value, and a longer one would not be read by anybody. */
const longest = 1000;

/** What is wrong with a value of a setting, as the end of a sentence that begins with the value; undefined: nothing. */
export function valueFault(parameter: Parameter, value: string): string | undefined {
  const { type, unit, min, max, choices } = parameter;
  if (value.length > longest) return `has ${value.length} characters, ${longest} at most fit`;
  // One line a setting; PostgreSQL reads no other control character either.
  if (/\p{Cc}/u.test(value)) return "has a line break or another control character";
  if (value.includes("'") || value.includes("\\"))
    return "has a quote or a backslash, which settings files and ALTER SYSTEM read differently";
  switch (type) {
    case "string":
      return undefined;
    case "bool":
      return readBoolean(value) === undefined ? "is neither on nor off" : undefined;
    case "enum":
      return choices.some((choice) => choice.toLowerCase() === value.toLowerCase())
        ? undefined
        : `is none of ${choices.join(", ")}`;
    case "integer":
    case "real": {
      const number = readQuantity(value, unit);
      const what = unit === "" ? "a number" : `a number in ${units(unit)}`;
      if (number === undefined) return `is not ${what}`;
      // PostgreSQL would round.
      if (type === "integer" && !Number.isInteger(number))
        return `is not a whole number${unit === "" ? "" : ` of ${unit}`}`;
      return number < min || number > max
        ? `is not within ${min} and ${max}${unit === "" ? "" : ` (of ${unit})`}`
        : undefined;
    }
  }
}

function units(unit: string): string {
  return unit.endsWith("B") ? "B, kB, MB, GB or TB" : "us, ms, s, min, h or d";
}
