import { DatabaseError, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import { converge } from "../../convergence/converge";
import { npmCommand, shellWord } from "../../npmCommand";
import { giveToOwner } from "./giveToOwner";
import { type RepairAction, repairPhases, type SchemaRepair } from "./schemaRepair";

/** Whose sessions run repairs, and how. */
export interface Repairer {
  /** A login that is a member of the owner, and no more: repairs evaluate what the owner has defined. */
  connection: Connection;
  /** The login that deploys. It only gives the owner what belongs to other roles. Default: that is left. */
  deployer?: Connection;
  owner: string;
  /** Schemas whose objects all belong to the owner. */
  schemas: readonly string[];
  /** How long a statement waits for a lock, in milliseconds, before it lets others pass and is retried. Default 500. */
  lockTimeoutMs?: number;
}

/**
 * Runs repairs, phase by phase.
 *
 * Objects may depend on each other against that order, such as a view on another view, or a default on a function that is to
 * be dropped: a repair that fails because of another one is retried after it.
 *
 * @throws SchemaRepairError for the first object that cannot be restored; earlier repairs stay.
 */
export async function repairSchema(
  repairer: Repairer,
  repairs: readonly SchemaRepair[],
): Promise<void> {
  let failures: readonly Failure[] = [];
  for (const phase of repairPhases) {
    const due = repairs.filter((repair) => repair.phase === phase);
    failures = await runAll(repairer, [...failures.map(({ repair }) => repair), ...due]);
  }
  while (failures.length > 0) {
    const remaining = await runAll(
      repairer,
      failures.map(({ repair }) => repair),
    );
    const [first] = remaining;
    if (first !== undefined && remaining.length === failures.length) throw first.error;
    failures = remaining;
  }
}

/** A repair that may succeed after another one. */
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
      // A partition has got it from its parent meanwhile. If it is a different one, the next inspection finds it.
      if (alreadyThere.has(codeOf(cause) ?? "")) continue;
      const error = new SchemaRepairError(repair, cause);
      if (!dependsOnOthers.has(error.code ?? "")) throw error;
      failures.push({ repair, error });
    }
  }
  return failures;
}

/** Runs an action as the owner. If that is refused, what belongs to other roles is given to the owner first. */
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
    // The first error explains the failure. If the clean-up fails too, the next up finds what is left.
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
  const settings = [
    `set local lock_timeout = ${lockTimeoutMs}`,
    // A function's body may use objects that are restored after it.
    "set local check_function_bodies = off",
    // Forced row-level security applies to the owner too, and the search for nulls must see every row.
    "set local app.current_user_role = 'administrator'",
  ];
  await converge(connection, { purpose, owner }, () =>
    Promise.resolve([...settings, ...transaction].map((sql) => ({ reason: purpose, sql }))),
  );
}

async function runAlone(
  { connection, owner }: Omit<Repairer, "schemas">,
  sql: string,
  limitMs = 0,
): Promise<void> {
  await withClient(connection, purpose, async (client) => {
    await client.query(`set role ${escapeIdentifier(owner)}`);
    // It waits for others without blocking them; a timeout would only leave an invalid index.
    await client.query("set lock_timeout = 0");
    await client.query(`set statement_timeout = ${limitMs}`);
    await client.query(sql);
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}

const purpose = "recorded schema";
// The clean-up may wait for the very session that made the repair fail.
const cleanUpLimitMs = 5_000;
const insufficientPrivilege = "42501";

// undefined_table, undefined_function, undefined_object, undefined_column, dependent_objects_still_exist, and
// invalid_table_definition: what a partition inherits is dropped with the parent's.
const dependsOnOthers = new Set(["42P01", "42883", "42704", "42703", "2BP01", "42P16"]);

// duplicate_object, duplicate_table (also for an index)
const alreadyThere = new Set(["42710", "42P07"]);

// invalid_function_definition, invalid_table_definition (of a view), wrong_object_type, and insufficient_privilege: the
// schema's owner may drop and create what other roles own in it.
const irreplaceable = new Set(["42P13", "42P16", "42809", insufficientPrivilege]);

/** An object that could not be restored: rows violate it, or another session holds a lock on it. */
export class SchemaRepairError extends Error {
  override readonly name = "SchemaRepairError";
  /** PostgreSQL's SQLSTATE; absent if the connection was lost. */
  readonly code?: string;

  constructor({ object }: SchemaRepair, cause: unknown) {
    const { code, lines } = describe(cause);
    super(
      [
        `${object} could not be restored: ${lines.join("\n")}`,
        remedyFor(object, code),
        "Earlier repairs stay in place, and no row was changed. The next up resumes here.",
      ].join("\n"),
      { cause },
    );
    if (code !== undefined) this.code = code;
  }
}

function describe(cause: unknown): { code?: string; lines: string[] } {
  if (!(cause instanceof DatabaseError)) {
    return { lines: [cause instanceof Error ? cause.message : String(cause)] };
  }
  const { message, code, detail, hint } = cause;
  const lines = [
    code === undefined ? message : `${message} (${code})`,
    ...(detail === undefined ? [] : [`detail: ${detail}`]),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ];
  return code === undefined ? { lines } : { code, lines };
}

/** https://www.postgresql.org/docs/15/errcodes-appendix.html */
function remedyFor(object: string, code = ""): string {
  const remedy = remedies[code];
  if (remedy === undefined) return "Fix the cause and run `npm run up` again.";
  if (!acceptable.test(code)) return `${remedy}.`;
  const accept = npmCommand("db -- accept-drift", ["--reason 'why'", shellWord(object)]);
  return `${remedy}, or accept the database as it is: ${accept}`;
}

const remedies: Readonly<Record<string, string>> = {
  "23502": "Some rows have no value there. Fill it in and run `npm run up` again",
  "23503": "Some rows reference rows that do not exist. Fix them and run `npm run up` again",
  "23505": "Some rows have the same key. Remove the duplicates and run `npm run up` again",
  "23514": "Some rows violate it. Fix them and run `npm run up` again",
  "23P01": "Some rows conflict with each other. Fix them and run `npm run up` again",
  "2BP01":
    "An object that was created by hand depends on it. Drop that object and run `npm run up` again",
  "42501":
    "It belongs to another role. Make the owner its owner, as a superuser (alter … owner to …), and run `npm run up` again",
  "55P03":
    "Another session holds a lock on it. Find that session with pg_blocking_pids, or run `npm run up` again at a quieter time",
};

/** Rows or an object created by hand are in the way: the database may be right instead. */
const acceptable = /^(23|2BP01)/;
