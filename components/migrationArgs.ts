import { releasedVersion } from "../database/migrationSafety";
import type { Settings } from "./settings";

/** Folder of the migrations, from the project folder. */
export const migrationsDirectory = "migrations";

/** How a stack's migrations are run, and how far. */
export function migrationArgs({
  instance,
  lockTimeout,
  migrationTarget,
  acknowledgedLoss,
}: Settings) {
  return {
    directory: migrationsDirectory,
    lockTimeout,
    target: migrationTarget,
    acknowledgedLoss,
    releasedVersion,
    // On a server of our own nobody else waits.
    unsafe: instance === "external" ? ("refused" as const) : ("told" as const),
  };
}
