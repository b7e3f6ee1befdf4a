import { releasedVersion } from "../database/migrationSafety";
import { migrationsDirectory } from "./preflight";
import type { Settings } from "./settings";

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
