import { escapeIdentifier } from "pg";

import type { Connection } from "../connection/connection";
import { DeclarationError, DeclarationErrors } from "../declarationError";
import { withSession } from "../connection/withSession";
import { announcedEffects, describeEffect } from "./loss/announcedEffects";
import { countLoss, existsSql } from "./loss/countLoss";
import type { AcknowledgedLoss, CountedLoss, Loss } from "./loss/loss";
import { lossFaults, type MigrationLosses } from "./loss/lossFaults";
import type { Migration } from "./migration";
import type { MigrationSettings } from "./migrationSettings";
import { numberOf } from "./numberOf";
import { type MigrationState, readMigrationState } from "./readMigrationState";
import { undoneMigrations } from "./undoneMigrations";
import { unrecordedFault } from "./unrecordedRelations";

/** Where to go. */
export interface Destination {
  /** Number of the migration that is the last one applied afterwards. Default: the last in the folder. */
  target?: number | undefined;
  /** How many rows may go with what. */
  acknowledgedLoss: AcknowledgedLoss;
}

/**
 * What a run to the target would do, a line for each migration: its name, and for one that is undone what it takes away.
 * Writes nothing, and needs no ledger yet.
 *
 * @throws DeclarationErrors if the folder has faults, if there are tables and no ledger, or if the files say that they take away what nobody has acknowledged.
 */
export async function migrationPlan(
  settings: MigrationSettings,
  { target, acknowledgedLoss }: Destination,
): Promise<string[]> {
  const state = await readMigrationState(settings);
  if (state.pending.length > 0 && state.unrecorded.length > 0)
    throw new DeclarationErrors([unrecordedFault(settings.connection.database, state.unrecorded)]);
  if (target === undefined) return state.pending;
  if (target >= state.version) return state.pending.filter((name) => numberOf(name) <= target);
  return rollbackPlan(settings, state, target, acknowledgedLoss);
}

/** @throws DeclarationError if there is no such migration */
export function requireTarget(target: number, migrations: readonly Migration[]): void {
  const last = migrations.at(-1)?.number ?? 0;
  if (target <= last) return;
  const remedy = `Name a number from 0 to ${last}, or take the setting away: pulumi config rm hosterizer-database:migrationTarget`;
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
    const effects = await announcedEffects(down.sql);
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

/** As administrators see the tables: the run itself counts anew, under a lock. */
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
        // How many rows a DELETE takes is known when it is run; another name may come by a file before.
        if (loss.kind === "deleted") continue;
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
