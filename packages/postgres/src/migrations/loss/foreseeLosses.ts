import type { Client } from "pg";

import type { Migration } from "../migration";
import { MigrationError } from "../migrationError";
import { prepareSession, sessionSql } from "../migrationSession";
import { remedyFor } from "../remedies";
import type { RunSettings } from "../runMigrations";
import { type Statement, splitStatements } from "../../sql/statements";
import { countLoss, holdSql } from "./countLoss";
import type { CountedLoss } from "./loss";
import type { MigrationLosses } from "./lossFaults";
import { lossesBetween, readRelations } from "./relation";

/**
 * Finds out what down files take away: runs them all in one transaction, counts what is about to go, and undoes it.
 *
 * So nothing is overlooked that a file drops by CASCADE, in a DO block or by a foreign key. Tables that lose something are
 * locked for as long as that takes. Files that opt out of a transaction are not looked at.
 *
 * @param migrations In the order in which they are undone.
 * @throws MigrationError for the first file that fails, or that waits too long for a lock.
 */
export async function foreseeLosses(
  client: Client,
  migrations: readonly Migration[],
  settings: RunSettings,
): Promise<MigrationLosses[]> {
  const found: MigrationLosses[] = [];
  try {
    await client.query("begin");
    for (const { name, down } of migrations) {
      if (down.noTransaction !== undefined) continue;
      await client.query(sessionSql(settings));
      const statements: readonly Pick<Statement, "text" | "offset">[] = await splitStatements(
        down.sql,
      ).catch(() => [{ text: down.sql, offset: 0 }]);
      const run = async () => {
        for (const statement of statements) {
          await client.query(statement.text).catch((error: unknown) => {
            throw new MigrationError({ file: down, statement }, error, remedyFor(down, error));
          });
        }
      };
      found.push({ name, losses: await lossesOf(client, run, settings) });
    }
  } finally {
    await client.query("rollback").catch(() => undefined);
    await prepareSession(client, settings).catch(() => undefined);
  }
  return found;
}

/** Runs a file, and once more after what it takes away has been counted. */
async function lossesOf(
  client: Client,
  run: () => Promise<void>,
  settings: RunSettings,
): Promise<CountedLoss[]> {
  const before = await readRelations(client);
  await client.query("savepoint foreseen");
  await run();
  await client.query(sessionSql(settings));
  const losses = lossesBetween(before, await readRelations(client));
  if (losses.every(({ count }) => count !== undefined)) return losses as CountedLoss[];

  await client.query("rollback to savepoint foreseen");
  await client.query(sessionSql(settings));
  const counted: CountedLoss[] = [];
  for (const loss of losses) {
    await client.query("savepoint counted");
    await client.query(holdSql(loss));
    counted.push({ ...loss, count: loss.count ?? (await countLoss(client, loss)) });
    await client.query("rollback to savepoint counted");
  }
  await run();
  return counted;
}
