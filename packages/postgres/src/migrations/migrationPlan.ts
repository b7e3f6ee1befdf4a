import { escapeIdentifier } from "pg";

import type { Connection } from "../connection/connection";
import { withSession } from "../connection/withSession";
import { DeclarationError, DeclarationErrors } from "../userError";
import {
  type AcknowledgedLoss,
  type CountedLoss,
  type Loss,
  lossFaults,
  type MigrationLosses,
} from "./dataLoss";
import { describeEffect, readDownEffects } from "./downEffects";
import { countLoss, existsSql } from "./guardDataLoss";
import { undoneMigrations } from "./ledgerFaults";
import { type Migration, numberOf } from "./migration";
import type { MigrationsFolder } from "./migrationsFolder";
import { type MigrationState, readMigrationState } from "./migrationState";
import type { MigrationSettings } from "./runSettings";
import { unrecordedFault } from "./unrecordedRelations";

/** Which version to migrate to. */
export interface Destination {
  /** Number of the migration that is the last one applied afterwards. Default: the last in the folder. */
  target?: number | undefined;
  /** How many rows each loss may take. */
  acknowledgedLoss: AcknowledgedLoss;
}

/**
 * What a run to the target would do, a line for each migration: its name, and for one that is undone the data it removes.
 * Writes nothing, and needs no ledger yet.
 *
 * @param folder The migrations folder, if it has been read already.
 * @throws DeclarationErrors if the folder has faults, if there are tables but no ledger, or if the down files say that they remove
 *   data whose loss is not acknowledged.
 */
export async function migrationPlan(
  settings: MigrationSettings,
  { target, acknowledgedLoss }: Destination,
  folder?: MigrationsFolder,
): Promise<string[]> {
  const state = await readMigrationState(settings, folder);
  if (state.pending.length > 0 && state.unrecorded.length > 0)
    throw new DeclarationErrors([unrecordedFault(settings.connection.database, state.unrecorded)]);
  if (target === undefined) return state.pending;
  if (target >= state.version) return state.pending.filter((name) => numberOf(name) <= target);
  return rollbackPlan(settings, state, target, acknowledgedLoss);
}

/** @throws DeclarationErrors if the folder has no such migration */
export function requireTarget(target: number, migrations: readonly Migration[]): void {
  const last = migrations.at(-1)?.number ?? 0;
  if (target <= last) return;
  const remedy = `Name a number from 0 to ${last}, or remove the setting: pulumi config rm hosterizer-database:migrationTarget`;
  const place = `hosterizer-database:migrationTarget ${target}`;
  throw new DeclarationErrors([
    new DeclarationError(place, `the folder of migrations ends at ${last}`, remedy),
  ]);
}

async function rollbackPlan(
  { connection, owner }: MigrationSettings,
  { migrations, applied }: MigrationState,
  target: number,
  acknowledged: AcknowledgedLoss,
): Promise<string[]> {
  const lines: string[] = [];
  const losses: MigrationLosses[] = [];
  for (const { name, down } of undoneMigrations(migrations, applied, target)) {
    const effects = await readDownEffects(down.sql);
    const counts = await countAll(
      connection,
      owner,
      effects.flatMap((effect) => ("loss" in effect ? [effect.loss] : [])),
    );
    losses.push({ name, losses: [...counts.values()] });
    const words = effects.map((effect) =>
      describeEffect(effect, "loss" in effect ? counts.get(effect.loss)?.count : undefined),
    );
    lines.push(`${name} (down): ${words.length === 0 ? "does nothing" : words.join("; ")}`);
  }
  const faults = lossFaults(losses, acknowledged);
  if (faults.length > 0) throw new DeclarationErrors(faults);
  return lines;
}

/** Counts what administrators see. The run itself counts again, under a lock. */
async function countAll(
  connection: Connection,
  owner: string,
  losses: readonly Loss[],
): Promise<Map<Loss, CountedLoss>> {
  const counted = new Map<Loss, CountedLoss>();
  if (losses.length === 0) return counted;
  await withSession(connection, async (client) => {
    try {
      await client.query(
        `begin read only;
         set local role ${escapeIdentifier(owner)};
         set local app.current_user_role = 'administrator'`,
      );
      for (const loss of losses) {
        // How many rows a DELETE removes is known only when it runs.
        if (loss.kind === "deleted") continue;
        // A file that runs earlier may create or rename the table.
        const { rows } = await client.query<{ exists: boolean }>(existsSql(loss));
        if (rows[0]?.exists !== true) continue;
        counted.set(loss, { ...loss, count: await countLoss(client, loss) });
      }
    } finally {
      await client.query("rollback").catch(() => undefined);
    }
  });
  return counted;
}
