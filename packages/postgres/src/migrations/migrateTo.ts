import { migrate } from "./migrate";
import type { Destination } from "./migrationPlan";
import type { RunOptions } from "./migrationSettings";
import { rollback } from "./rollback";
import { schemaVersion } from "./schemaVersion";

/**
 * Applies what is pending up to the target, or undoes what is applied after it.
 *
 * @returns the names of the migrations, in the order in which they were run.
 * @throws as migrate and rollback do.
 */
export async function migrateTo({
  target,
  acknowledgedLoss,
  ...options
}: RunOptions & Destination): Promise<string[]> {
  if (target === undefined) return migrate(options);
  const version = await schemaVersion(options.connection, options.owner);
  if (target >= version) return migrate({ ...options, target });
  return rollback({ ...options, target, acknowledgedLoss });
}
