import { type Client, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../connection";
import { renderDifference } from "../drift/renderDifference";
import { withRunnerLock } from "../migrations/runnerLock";
import { inspectSchema, type SchemaExpectation } from "./inspectSchema";
import { isAbsent } from "./readSchemaDrift";
import { recordSchema } from "./record/recordSchema";
import { refusalMessage } from "./decide/refusalMessage";
import { repairSchema } from "./repair/repairSchema";
import { takeOver } from "./repair/takeOver";

/** Where, and who is told. */
export interface RestoreOptions extends SchemaExpectation {
  /** A login that is a member of the owner, or a superuser. */
  connection: Connection;
  /** How long a repair waits for a lock before it lets others pass and tries again. Default 500. */
  lockTimeoutMs?: number;
  /** How long to wait for a migration run or another update to end, in milliseconds. Default 10 minutes. */
  waitMs?: number;
  log?: (line: string) => void;
}

/** What was made anew may have taken along what stood on it, which is the next round's. */
const rounds = 4;

/**
 * Restores the recorded schema where that touches no data.
 *
 * Migration runs and other updates wait meanwhile. It may be killed at any time: the next update goes on.
 *
 * @throws Error that names every difference which holds data, with the choices, before anything is changed;
 *   SchemaRepairError for an object that can't be restored.
 */
export async function restoreSchema({
  connection,
  waitMs = 600_000,
  lockTimeoutMs = 500,
  log = () => undefined,
  ...expectation
}: RestoreOptions): Promise<void> {
  try {
    await withClient(connection, "recorded schema", (client) =>
      withRunnerLock(client, { waitMs, log }, () =>
        restore(client, { connection, lockTimeoutMs, log, ...expectation }),
      ),
    );
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

type Restoration = SchemaExpectation &
  Required<Omit<RestoreOptions, "waitMs" | "tenancy" | "target">>;

async function restore(client: Client, options: Restoration): Promise<void> {
  const { connection, lockTimeoutMs, log, ...expectation } = options;
  const { owner } = expectation;
  const repairer = { connection, owner, lockTimeoutMs };
  for (let round = 1; ; round++) {
    const inspection = await inspectSchema(client, expectation);
    if (inspection.findings.some(({ repair }) => repair === "refused")) {
      throw new Error(refusalMessage(inspection, expectation.directory));
    }
    if (inspection.unrecorded) {
      await client.query(`set role ${escapeIdentifier(owner)}`);
      await recordSchema(client, expectation);
      await client.query("reset role");
      log("recorded the schema as it is");
    }
    if (round === 1) await takeOver(repairer, inspection.schema);
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
