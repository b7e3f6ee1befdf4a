import { join } from "node:path";

import { type Client, DatabaseError, escapeIdentifier } from "pg";

import { restoreLedgerTables } from "../audit/ledgerTables";
import { type Connection, withClient } from "../connection/connection";
import { isMissingDatabase } from "../connection/connectionFailure";
import { type Finding, renderDifference } from "../convergence/difference";
import { ledgerTable } from "../migrations/ledger";
import { withRunnerLock } from "../migrations/runnerLock";
import { npmCommand, shellWord } from "../npmCommand";
import { adoptionMigration } from "./adoptionMigration";
import { closeUnrecorded } from "./closeUnrecorded";
import { recordSchema } from "./record/schemaRecord";
import { renameStatement } from "./relatedChanges";
import { giveObjectsToOwner, giveToOwner } from "./repair/giveToOwner";
import { inspectSchema, type SchemaExpectation, type SchemaInspection } from "./schemaDrift";
import { repairSchema } from "./repair/repairSchema";

/** The database, what it is compared with, and whose sessions restore it. */
interface RestoreOptions extends SchemaExpectation {
  /** A login that is a member of the owner, and no more: it evaluates what the owner has defined. */
  connection: Connection;
  /** The login that deploys. It only gives the owner what belongs to other roles. Default: that is left. */
  deployer?: Connection;
  /** How long a repair waits for a lock, in milliseconds, before it lets others pass and is retried. Default 500. */
  lockTimeoutMs?: number;
  /** How long to wait for a migration run or another update to end, in milliseconds. Default 10 minutes. */
  waitMs?: number;
  log?: (line: string) => void;
}

/**
 * Restores the recorded schema where that touches no data. If a difference holds data, it only closes what is open to others,
 * and fails.
 *
 * Migration runs and other updates wait meanwhile. It may be killed at any time; the next update resumes.
 *
 * @throws Error that names every difference which holds data, with the choices; SchemaRepairError for an object that cannot
 *   be restored.
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

type Restoration = SchemaExpectation &
  Required<Omit<RestoreOptions, "waitMs" | "tenancy" | "target" | "deployer">> &
  Pick<RestoreOptions, "deployer">;

/** Recreating an object may drop what depends on it, which the next round restores. */
const rounds = 4;

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
      const closed = await closeUnrecorded(repairer, inspection.schema, backupRoles);
      throw new Error(refusalMessage(inspection, expectation.directory, closed));
    }
    if (inspection.unrecorded) {
      await client.query(`set role ${escapeIdentifier(owner)}`);
      await recordSchema(client, expectation);
      await client.query("reset role");
      log("recorded the schema as it is");
    }
    if (round === 1 && deployer !== undefined) {
      // The pending migration runs as the owner, which may neither index nor comment on what belongs to another role.
      const adopted = inspection.schema
        .filter((finding) => finding.adopted && finding.change.change === "added")
        .map(({ change }) => change);
      await giveObjectsToOwner(deployer, owner, adopted);
    }
    const repairable = inspection.schema.filter(({ repairs }) => repairs.length > 0);
    if (repairable.length === 0) return;
    if (round > rounds) {
      const lines = repairable.map((finding) => `  ${renderDifference(finding)}`);
      throw new Error(
        `the recorded schema could not be restored; after ${rounds} rounds these differences remain:\n${lines.join("\n")}`,
      );
    }
    await repairSchema(
      repairer,
      repairable.flatMap(({ repairs }) => repairs),
    );
    for (const finding of repairable) log(`restored ${renderDifference(finding)}`);
  }
}

/** Gives the ledger and the record back to the owner if another role owns them. */
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

/**
 * Why `up` stops before it changes the schema, and what the user can do about it.
 *
 * @param closed What was closed all the same.
 */
function refusalMessage(
  inspection: SchemaInspection,
  directory: string,
  closed: readonly Finding[],
): string {
  const { findings, faults } = inspection;
  const refused = findings.filter(({ repair }) => repair === "refused");
  const outcome =
    closed.length === 0 ? "Nothing in the schema was changed." : "Nothing else was changed.";
  return [
    `the database and the migrations have drifted apart in ways that up does not repair by itself. ${outcome}`,
    ...listOf(refused),
    ...(closed.length === 0 ? [] : ["", "Closed, because it was open:", ...listOf(closed)]),
    ...(faults.length === 0
      ? []
      : ["", "About the migrations:", ...faults.map(({ error }) => indent(error.message))]),
    ...choicesOf(inspection, directory),
  ].join("\n");
}

function listOf(refused: readonly Finding[]): string[] {
  return refused.map((finding) => `  ${renderDifference(finding).replace(/ \(up refuses\)$/, "")}`);
}

function choicesOf(inspection: SchemaInspection, directory: string): string[] {
  const refused = inspection.schema.filter(({ repair }) => repair === "refused");
  if (refused.length === 0) return [];
  const { name, up, down, unwritten } = adoptionMigration(inspection);
  const isDrop = refused.some(({ change }) => change.change === "missing");
  const renames = refused
    .map(({ change }) => renameStatement(change, inspection.states))
    .filter((statement) => statement !== undefined);
  // Without names, accept-drift would accept what up repairs, too.
  const objects = refused.map(({ object }) => shellWord(object));
  const path = (way: string) => join(directory, `${name}.${way}.sql`);
  const paragraph = (isNeeded: boolean, ...lines: string[]) => (isNeeded ? ["", ...lines] : []);
  return [
    ...paragraph(
      up !== "",
      "Make it official with a migration, which does nothing where the change is already in place:",
      `  ${path("up")}`,
      indent(up, 4),
      `  ${path("down")}`,
      indent(down, 4),
    ),
    ...paragraph(
      unwritten.length > 0,
      "The statements for these have to be written by hand:",
      ...unwritten.map((object) => `  ${object}`),
    ),
    ...paragraph(
      renames.length > 0,
      "If it was renamed, use this instead of the drop and the addition:",
      ...renames.map((statement) => indent(statement)),
    ),
    ...paragraph(
      isDrop,
      "What was dropped is gone with its data. To get the data back, restore it from a backup instead.",
    ),
    "",
    "Or accept the database as it is; the reason is recorded with your name:",
    `  ${npmCommand("db -- accept-drift", ["--reason 'why'", ...objects])}`,
    "Or undo the change by hand.",
  ];
}

function indent(text: string, width = 2): string {
  return text.replace(/^(?=.)/gm, " ".repeat(width));
}
