import { readdirSync } from "node:fs";

/**
 * The names of the migrations that the project ships, such as `000001_create_users_table`, in order. Tests take numbers and
 * names from here, so that one more migration breaks none of them.
 */
export const shippedMigrations: readonly string[] = readdirSync("migrations")
  .filter((name) => name.endsWith(".up.sql"))
  .map((name) => name.slice(0, -".up.sql".length))
  .sort();

/** The schema's version once all of them are applied. */
export const shippedVersion = shippedMigrations.length;

export const lastShipped = shippedMigrations.at(-1) ?? "";

/** The name of a future migration: the next one, or the given number after the last. */
export function comingMigration(name: string, ahead = 1): string {
  return `${numbered(shippedVersion + ahead)}_${name}`;
}

/** The prefix of a file name. */
export function numbered(number: number): string {
  return String(number).padStart(6, "0");
}
