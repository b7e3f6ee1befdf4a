import { DeclarationErrors } from "../../../src/userError";
import { rollback, type RollbackOptions } from "../../../src/migrations/migrate";

/** Rolls back, and acknowledges every reported loss. */
export async function rollbackAnyhow(options: RollbackOptions): Promise<string[]> {
  try {
    return await rollback(options);
  } catch (error) {
    if (!(error instanceof DeclarationErrors)) throw error;
    const told = [...error.message.matchAll(/acknowledgedLoss\["(.+)"\]' (\d+)/g)];
    if (told.length === 0) throw error;
    const pairs = told.map(([, key = "", count]) => [key, Number(count)] as const);
    const acknowledgedLoss: Record<string, number> = Object.fromEntries(pairs);
    return rollback({ ...options, acknowledgedLoss });
  }
}
