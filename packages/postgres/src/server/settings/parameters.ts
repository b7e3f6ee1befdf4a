import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a value has to be, in the words of pg_settings.vartype. */
export type ParameterType = "bool" | "enum" | "integer" | "real" | "string";

/** A setting that PostgreSQL 15 takes from a settings file. */
export interface Parameter {
  /** In lower case. */
  name: string;
  type: ParameterType;
  /** Unit of a number without one: `kB`, `8kB`, `ms` …; empty if the number is a count. */
  unit: string;
  /** Both in `unit`, for numbers. */
  min: number;
  max: number;
  /** The values of an enumeration. */
  choices: readonly string[];
  /** Whether a running server takes a new value by a reload. */
  change: "reload" | "restart";
}

/**
 * Every setting that postgresql.conf may contain, by its name in lower case, including those of pg_stat_statements, pgaudit
 * and auto_explain. The list is pg_settings of PostgreSQL 15.20; test/docker/settings compares the two.
 *
 * https://www.postgresql.org/docs/15/view-pg-settings.html
 */
export const parameters: ReadonlyMap<string, Parameter> = new Map(
  readFileSync(join(__dirname, "parameters.tsv"), "utf8")
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      const [name = "", context, type = "", unit = "", min, max, choices = ""] = line.split("\t");
      const range = { min: Number(min), max: Number(max) };
      const change = context === "postmaster" ? ("restart" as const) : ("reload" as const);
      const rest = { ...range, choices: choices === "" ? [] : choices.split(","), change };
      return [name, { name, type: type as ParameterType, unit, ...rest }];
    }),
);

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

/** A boolean in one of PostgreSQL's full spellings; undefined if the text is none of them. PostgreSQL takes abbreviations too. */
function readBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (["on", "true", "yes", "1"].includes(word)) return true;
  return ["off", "false", "no", "0"].includes(word) ? false : undefined;
}

/** No setting needs a longer value. */
const maxLength = 1000;

/** What is wrong with a value of a setting, worded to follow the value; undefined if nothing is. */
export function valueFault(parameter: Parameter, value: string): string | undefined {
  const { type, unit, min, max, choices } = parameter;
  if (value.length > maxLength) return `has ${value.length} characters; the limit is ${maxLength}`;
  // A settings file has one line for each setting, and PostgreSQL reads no other control character either.
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
      const what = unit === "" ? "a number" : `a number in ${unitsFor(unit)}`;
      if (number === undefined) return `is not ${what}`;
      // PostgreSQL would round it.
      if (type === "integer" && !Number.isInteger(number))
        return `is not a whole number${unit === "" ? "" : ` of ${unit}`}`;
      return number < min || number > max
        ? `is not between ${min} and ${max}${unit === "" ? "" : ` (in ${unit})`}`
        : undefined;
    }
  }
}

function unitsFor(unit: string): string {
  return unit.endsWith("B") ? "B, kB, MB, GB or TB" : "us, ms, s, min, h or d";
}

/**
 * A number as PostgreSQL reads it, in the parameter's unit; undefined if the text is not a number.
 *
 * https://www.postgresql.org/docs/15/config-setting.html
 *
 * @param unit of a number without one: `kB`, `8kB`, `ms` …; empty: the text may have none
 */
export function readQuantity(text: string, unit: string): number | undefined {
  const parts = quantity.exec(text.trim())?.groups;
  if (parts === undefined) return undefined;
  const { octal, number = "", suffix = "" } = parts;
  // A leading 0 is for the permissions of files.
  const count = octal === undefined ? Number(number) : parseInt(octal, 8);
  if (suffix === "") return count;
  const scale = [memoryUnits, timeUnits].find((units) => units.has(baseOf(unit)));
  const factor = scale?.get(suffix);
  const own = scale?.get(baseOf(unit));
  if (factor === undefined || own === undefined) return undefined;
  return (count * factor) / (own * blocksOf(unit));
}

const quantity =
  /^(?:(?<octal>0[0-7]+)|(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s*(?<suffix>[A-Za-z]*))$/;

const memoryUnits = new Map([
  ["B", 1],
  ["kB", 1024],
  ["MB", 1024 ** 2],
  ["GB", 1024 ** 3],
  ["TB", 1024 ** 4],
]);

/** In microseconds. */
const timeUnits = new Map([
  ["us", 1],
  ["ms", 1000],
  ["s", 1_000_000],
  ["min", 60_000_000],
  ["h", 3_600_000_000],
  ["d", 86_400_000_000],
]);

/** 8 of `8kB`. */
function blocksOf(unit: string): number {
  return Number(/^\d+/.exec(unit)?.[0] ?? 1);
}

/** `kB` of `8kB`. */
function baseOf(unit: string): string {
  return unit.replace(/^\d+/, "");
}

/** A setting of the server, in the terms of postgresql.conf. */
export interface ServerSetting {
  name: string;
  value: string;
  /** Why it differs from what initdb writes. */
  reason: string;
}

/** A value as postgresql.conf takes it. */
export function quoteSetting(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** The text of a settings file: a line for each setting, with its reason. */
export function settingsFile(settings: readonly ServerSetting[]): string {
  const lines = settings.map(
    ({ name, value, reason }) => `${name} = ${quoteSetting(value)} # ${reason}`,
  );
  // Servers compare this file with the one that an earlier version wrote: another text restarts them.
  return ["# Written by hosterizer-database; the next update writes it anew.", ...lines, ""].join(
    "\n",
  );
}
