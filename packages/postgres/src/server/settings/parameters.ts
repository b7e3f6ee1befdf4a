import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a value has to be, in the words of pg_settings.vartype. */
export type ParameterType = "bool" | "enum" | "integer" | "real" | "string";

/** A setting that PostgreSQL 15 takes from a settings file. */
export interface Parameter {
  /** In lower case. */
  name: string;
  type: ParameterType;
  /** What a bare number counts: `kB`, `8kB`, `ms` …; empty where it counts things. */
  unit: string;
  /** Both in `unit`, for numbers. */
  min: number;
  max: number;
  /** The values of an enumeration. */
  choices: readonly string[];
  /** Whether the server takes a new value while it runs. */
  change: "reload" | "restart";
}

/**
 * Every setting that may stand in postgresql.conf, by its name in lower case; those of pg_stat_statements, pgaudit and
 * auto_explain too. The list is pg_settings of PostgreSQL 15.20, which test/docker/settings compares it with.
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
