import { DatabaseError, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import { converge } from "../../convergence/converge";
import { giveToOwner } from "./giveToOwner";
import { type RepairAction, repairPhases, type SchemaRepair } from "./schemaRepair";
import { SchemaRepairError } from "./schemaRepairError";

/** Who repairs. */
export interface Repairer {
  /** A login that is a member of the owner, and no more: repairs evaluate what the owner has defined. */
  connection: Connection;
  /** The login that deploys: what belongs to others it gives to the owner, and nothing else. Default: that is left. */
  deployer?: Connection;
  owner: string;
  /** Schemas of which everything is the owner's. */
  schemas: readonly string[];
  /** How long a statement waits for a lock before it lets others pass and is tried again. Default 500. */
  lockTimeoutMs?: number;
}

/**
 * Runs repairs, phase by phase.
 *
 * Objects may need each other against that order, as a view another view, or a dropped function a default: a repair
 * that fails for want of another is tried again after it.
 *
 * @throws SchemaRepairError for the first that can't be repaired; what was done before it stays.
 */
export async function repairSchema(
  repairer: Repairer,
  repairs: readonly SchemaRepair[],
): Promise<void> {
  let waiting: readonly Failure[] = [];
  for (const phase of repairPhases) {
    const due = repairs.filter((repair) => repair.phase === phase);
    waiting = await runAll(repairer, [...waiting.map(({ repair }) => repair), ...due]);
  }
  while (waiting.length > 0) {
    const again = await runAll(
      repairer,
      waiting.map(({ repair }) => repair),
    );
    const [first] = again;
    if (first !== undefined && again.length === waiting.length) throw first.error;
    waiting = again;
  }
}

interface Failure {
  repair: SchemaRepair;
  error: SchemaRepairError;
}

async function runAll(
  repairer: Repairer,
  repairs: readonly SchemaRepair[],
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for (const repair of repairs) {
    try {
      for (const action of repair.actions) await run(repairer, repair, action);
    } catch (cause) {
      // A partition has it from its parent by now; if it is another one, the next look finds it.
      if (alreadyThere.has(codeOf(cause) ?? "")) continue;
      const error = new SchemaRepairError(repair, cause);
      if (!wantsAnother.has(error.code ?? "")) throw error;
      failures.push({ repair, error });
    }
  }
  return failures;
}

/** As the owner; what belongs to somebody else is given to the owner first. */
async function run(repairer: Repairer, { by }: SchemaRepair, action: RepairAction): Promise<void> {
  const { deployer } = repairer;
  if (by === "deployer" && deployer !== undefined) {
    await runAs({ ...repairer, connection: deployer, owner: deployer.user }, action);
    return;
  }
  try {
    await runAs(repairer, action);
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege || deployer === undefined) throw error;
    if (!(await giveToOwner(deployer, repairer))) throw error;
    await runAs(repairer, action);
  }
}

async function runAs(repairer: Omit<Repairer, "schemas">, action: RepairAction): Promise<void> {
  try {
    if ("concurrently" in action) await runAlone(repairer, action.concurrently);
    else await runTogether(repairer, action.transaction);
  } catch (error) {
    if ("instead" in action && irreplaceable.has(codeOf(error) ?? "")) {
      await runTogether(repairer, action.instead).catch((second: unknown) => {
        throw codeOf(error) === insufficientPrivilege ? error : second;
      });
      return;
    }
    // The first error tells why; what is left behind is a difference that the next up finds.
    if (action.cleanUp !== undefined) {
      await runAlone(repairer, action.cleanUp, cleanUpLimitMs).catch(() => undefined);
    }
    throw error;
  }
}

async function runTogether(
  { connection, owner, lockTimeoutMs = 500 }: Omit<Repairer, "schemas">,
  transaction: readonly string[],
): Promise<void> {
  const patience = `set local lock_timeout = ${lockTimeoutMs}`;
  const steps = [patience, bodiesUnchecked, administrator, ...transaction];
  await converge(connection, { purpose, owner }, () =>
    Promise.resolve(steps.map((sql) => ({ reason: purpose, sql }))),
  );
}

async function runAlone(
  { connection, owner }: Omit<Repairer, "schemas">,
  sql: string,
  limitMs = 0,
): Promise<void> {
  await withClient(connection, purpose, async (client) => {
    await client.query(`set role ${escapeIdentifier(owner)}`);
    // It waits for others without blocking them; a time-out would only leave a broken index.
    await client.query("set lock_timeout = 0");
    await client.query(`set statement_timeout = ${limitMs}`);
    await client.query(sql);
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}

const purpose = "recorded schema";
// A function may use what is restored after it, and did so when it was recorded.
const bodiesUnchecked = "set local check_function_bodies = off";
// The owner is bound by forced row-level security, and a search for nulls has to see every row.
const administrator = "set local app.current_user_role = 'administrator'";
// What it waits for may be what has just made the repair fail.
const cleanUpLimitMs = 5_000;
const insufficientPrivilege = "42501";

// undefined_table, undefined_function, undefined_object, undefined_column, dependent_objects_still_exist, and
// invalid_table_definition: what a partition has from its parent goes with that.
const wantsAnother = new Set(["42P01", "42883", "42704", "42703", "2BP01", "42P16"]);

// duplicate_object, duplicate_table (an index is one)
const alreadyThere = new Set(["42710", "42P07"]);

// invalid_function_definition, invalid_table_definition (of a view), wrong_object_type; and insufficient_privilege: who owns
// the schema may drop what others made in it, and make it anew.
const irreplaceable = new Set(["42P13", "42P16", "42809", insufficientPrivilege]);
