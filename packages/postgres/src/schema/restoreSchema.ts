import { type Client, DatabaseError, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { renderDifference } from "../convergence/renderDifference";
import { ledgerTable } from "../migrations/ledger";
import { restoreLedgerTables } from "../audit/ledgerTables";
import { withRunnerLock } from "../migrations/runnerLock";
import { inspectSchema, type SchemaExpectation } from "./inspectSchema";
import { isMissingDatabase } from "../connection/missingDatabase";
import { recordSchema } from "./record/recordSchema";
import { refusalMessage } from "./decide/refusalMessage";
import { closeDefiners } from "./repair/closeDefiners";
import { closeRelations } from "./repair/closeRelations";
import { giveToOwner } from "./repair/giveToOwner";
import { repairSchema } from "./repair/repairSchema";
import { takeOver } from "./repair/takeOver";

/** Where, and who is told. */
export interface RestoreOptions extends SchemaExpectation {
  /** A login that is a member of the owner, and no more: what is looked at and repaired, the owner has defined. */
  connection: Connection;
  /** The login that deploys: what belongs to others it gives to the owner, and nothing else. Default: that is left. */
  deployer?: Connection;
  /** How long a repair waits for a lock before it lets others pass and tries again. Default 500. */
  lockTimeoutMs?: number;
  /** How long to wait for a migration run or another update to end, in milliseconds. Default 10 minutes. */
  waitMs?: number;
  log?: (line: string) => void;
}

/** What was made anew may have taken along what stood on it, which is the next round's. */
const rounds = 4;

/**
 * Restores the recorded schema where that touches no data. Where something holds data, only what is open is closed.
 *
 * Migration runs and other updates wait meanwhile. It may be killed at any time: the next update goes on.
 *
 * @throws Error that names every difference which holds data, with the choices, before anything else is changed;
 *   SchemaRepairError for an object that can't be restored.
 */
export async function restoreSchema({
  connection,
  deployer,
  waitMs = 600_000,
  lockTimeoutMs = 500,
  log = () => undefined,
  ...expectation
}: RestoreOptions): Promise<void> {
  try {
    await withClient(connection, "recorded schema", (client) =>
      withRunnerLock(client, { waitMs, log }, () =>
        restore(client, {
          connection,
          ...(deployer === undefined ? {} : { deployer }),
          lockTimeoutMs,
          log,
          ...expectation,
        }),
      ),
    );
  } catch (error) {
    if (!isMissingDatabase(error)) throw error;
  }
}

/** The ledger and the record may have been given to somebody else: they are the owner's. */
async function onOwnLedger<T>(
  run: () => Promise<T>,
  owner: string,
  deployer: Connection | undefined,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== insufficientPrivilege) throw error;
    const schemas = [ledgerTable.schema];
    if (deployer === undefined || !(await giveToOwner(deployer, { owner, schemas }))) throw error;
    return run();
  }
}

// https://www.postgresql.org/docs/15/errcodes-appendix.html
const insufficientPrivilege = "42501";

type Restoration = SchemaExpectation &
  Required<Omit<RestoreOptions, "waitMs" | "tenancy" | "target" | "deployer">> &
  Pick<RestoreOptions, "deployer">;

async function restore(client: Client, options: Restoration): Promise<void> {
  const { connection, deployer, lockTimeoutMs, log, ...expectation } = options;
  const { owner, schemas } = expectation;
  const given = deployer === undefined ? {} : { deployer };
  const repairer = { connection, ...given, owner, schemas, lockTimeoutMs };
  await onOwnLedger(() => restoreLedgerTables(connection, owner), owner, deployer);
  for (let round = 1; ; round++) {
    const inspection = await onOwnLedger(() => inspectSchema(client, expectation), owner, deployer);
    if (inspection.findings.some(({ repair }) => repair === "refused")) {
      const backupRoles = expectation.tenancy?.backupRoles ?? [];
      const closed = [
        ...(await closeDefiners(repairer, inspection.schema)),
        ...(await closeRelations(repairer, inspection.schema, backupRoles)),
      ];
      throw new Error(refusalMessage(inspection, expectation.directory, closed));
    }
    if (inspection.unrecorded) {
      await client.query(`set role ${escapeIdentifier(owner)}`);
      await recordSchema(client, expectation);
      await client.query("reset role");
      log("recorded the schema as it is");
    }
    if (round === 1 && deployer !== undefined) {
      await takeOver(deployer, owner, inspection.schema);
    }
    const repairable = inspection.schema.filter(({ repairs }) => repairs.length > 0);
    if (repairable.length === 0) return;
    if (round > rounds) {
      const lines = repairable.map((finding) => `  ${renderDifference(finding)}`);
      throw new Error(
        `the recorded schema could not be restored; after ${rounds} rounds there is still\n${lines.join("\n")}`,
      );
    }
    await repairSchema(
      repairer,
      repairable.flatMap(({ repairs }) => repairs),
    );
    for (const finding of repairable) log(`restored ${renderDifference(finding)}`);
  }
}
