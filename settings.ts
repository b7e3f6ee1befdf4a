import { z } from "zod";

import { DeclarationError } from "./postgres/declarationError";

/** Prefix of every configuration key. */
export const project = "hosterizer-database";

const wholeNumber = (what: string, low: number, high: number) =>
  z
    .string()
    .regex(/^\d+$/, `is not ${what} (${low} to ${high})`)
    .transform(Number)
    .refine((number) => number >= low && number <= high, `is not ${what} (${low} to ${high})`);

const databaseName = z
  .string()
  .regex(
    /^[a-z_][a-z0-9_]{0,62}$/,
    "is not a database name (lower-case letters, digits and _, 63 at most, no digit first)",
  )
  .refine(
    (name) => !["postgres", "template0", "template1"].includes(name),
    "belongs to PostgreSQL itself",
  );

/** The stack's configuration, as Pulumi hands it over: every value a string. */
const schema = z.strictObject({
  instance: z.enum(["embedded"], 'is not a kind of instance ("embedded")'),
  port: wholeNumber("a port", 1024, 65535).prefault("5433"),
  database: databaseName.prefault("hosterizer"),
  lockTimeout: wholeNumber("a number of milliseconds", 1, 600_000).prefault("500"),
});

const examples = {
  instance: "embedded",
  port: "5433",
  database: "hosterizer",
  lockTimeout: "500",
} as const satisfies Record<keyof Settings, string>;

/** The stack's settings, valid as a whole. */
export interface Settings {
  /** Where the server comes from: `embedded` runs one out of an npm package. */
  instance: "embedded";
  /** TCP port of the server. An ordinary user cannot listen below 1024. Default 5433. */
  port: number;
  /** Name of the database. Default hosterizer. */
  database: string;
  /** How long a migration waits for a lock before it lets others pass and tries again, in milliseconds. Default 500. */
  lockTimeout: number;
}

/**
 * Reads a stack's configuration.
 *
 * @param configuration All of Pulumi's configuration, keys with their namespace; those of other namespaces are not ours.
 * @returns the settings, or every fault in them.
 */
export function readSettings(
  configuration: Readonly<Record<string, string>>,
  stack: string,
): { settings: Settings } | { faults: DeclarationError[] } {
  const own = Object.entries(configuration)
    .filter(([key]) => key.startsWith(`${project}:`))
    .map(([key, value]) => [key.slice(project.length + 1), value] as const);
  const values: Record<string, unknown> = Object.fromEntries(own);
  const result = schema.safeParse(values);
  if (result.success) return { settings: result.data };
  return { faults: result.error.issues.flatMap((issue) => explain(issue, values, stack)) };
}

function explain(
  issue: z.core.$ZodIssue,
  values: Record<string, unknown>,
  stack: string,
): DeclarationError[] {
  const place = (key: string) => `${project}:${key} in Pulumi.${stack}.yaml`;
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(examples).map((key) => `${project}:${key}`);
    return issue.keys.map(
      (key) =>
        new DeclarationError(place(key), "unknown key", `Remove it, or use ${known.join(", ")}`),
    );
  }
  const key = String(issue.path[0]);
  const value = values[key];
  const fault = value === undefined ? "is missing" : `${JSON.stringify(value)} ${issue.message}`;
  const example = examples[key as keyof Settings];
  return [
    new DeclarationError(
      place(key),
      fault,
      `Set it: pulumi config set ${project}:${key} ${example}`,
    ),
  ];
}
