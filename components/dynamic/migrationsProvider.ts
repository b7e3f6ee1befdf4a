import type { dynamic } from "@pulumi/pulumi";

import { afterEachMigration } from "@hosterizer/postgres/audit/newObjects";
import { DeclarationErrors } from "@hosterizer/postgres/declarationError";
import { MigrationError } from "@hosterizer/postgres/migrations/migrationError";
import type { Migration } from "@hosterizer/postgres/migrations/migration";
import { migrateTo } from "@hosterizer/postgres/migrations/migrate";
import { migrationPlan, requireTarget } from "@hosterizer/postgres/migrations/migrationPlan";
import {
  readMigrationsFolder,
  validMigrations,
} from "@hosterizer/postgres/migrations/migrationsFolder";
import { schemaVersion } from "@hosterizer/postgres/migrations/migrationState";
import { judgePending, safetyFault } from "@hosterizer/postgres/migrations/safety/judgeMigration";
import { readRowEstimates } from "@hosterizer/postgres/migrations/safety/statementLocks";
import { recordStatements } from "@hosterizer/postgres/schema/record/schemaRecord";
import { changes } from "./changes";
import { inspect } from "./inspect";
import type { MigrationsInputs } from "./migrations";
import { hasUnknown } from "./unknown";

// What the migrations are to PostgreSQL.
const ledger = "hosterizer.schema_migrations";

type Inputs = MigrationsInputs & { version: number; pending?: string[] };

/**
 * Adds `version`, which the update leads to, and `pending`: the migrations still to be applied, or to be undone with what goes,
 * and what is unsafe about them.
 *
 * Where the folder contradicts what is applied, that is drift of the recorded schema, and no failing check.
 */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  try {
    const known = olds.connection !== undefined && !hasUnknown(news);
    const folder = await readMigrationsFolder(news.directory);
    const migrations = validMigrations(folder, known ? Infinity : 0);
    const { target, acknowledgedLoss } = news;
    const version = target ?? migrations.at(-1)?.number ?? 0;
    requireTarget(version, migrations);
    const wanted = migrations.filter(({ number }) => number <= version);
    let pending = known ? [] : wanted.map(({ name }) => name);
    let unsafe: string[] = [];
    const unseen = await inspect("the migrations' ledger", async () => {
      if (!known) return [];
      pending = await migrationPlan(news, { target, acknowledgedLoss }, folder);
      unsafe = await judge(
        news,
        wanted.filter(({ name }) => pending.includes(name)),
      );
      return [];
    });
    return { inputs: { ...news, version, pending: [...unseen, ...pending, ...unsafe] } };
  } catch (error) {
    if (!(error instanceof DeclarationErrors)) throw error;
    return { inputs: news, failures: [{ property: "directory", reason: error.message }] };
  }
}

/**
 * What is unsafe about pending migrations, by the sizes that the tables have now, a line each. In a new database nothing is:
 * there is nobody to hurt.
 *
 * @throws DeclarationErrors where that is refused
 */
async function judge(
  { connection, releasedVersion, unsafe }: Inputs,
  pending: readonly Migration[],
): Promise<string[]> {
  const judged = pending.filter(({ number }) => number > releasedVersion);
  if (judged.length === 0) return [];
  const findings = await judgePending(judged, await readRowEstimates(connection));
  if (findings.length > 0 && unsafe === "refused")
    throw new DeclarationErrors(findings.map(safetyFault));
  return findings.map(
    ({ file, line, rule, fault }) => `unsafe: ${file}:${line}: ${fault} (${rule})`,
  );
}

export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, ["owner"], ["pending"]));
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await run(inputs);
  return { id: ledger, outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await run(news);
  return { outs: news };
}

/** Leaves the schema and its data. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };

async function run({ lockTimeout, ...inputs }: Inputs): Promise<void> {
  const log = (line: string) => {
    console.log(line);
  };
  try {
    const afterEach = afterEachMigration(inputs);
    const recordSchema = recordStatements;
    await migrateTo({ ...inputs, afterEach, recordSchema, lockTimeoutMs: lockTimeout, log });
  } catch (error) {
    if (!(error instanceof MigrationError || error instanceof DeclarationErrors)) throw error;
    // The files before a failed one stay applied; so the resource is kept in the state, and the next update resumes there.
    const reasons = [error.message];
    const version = await schemaVersion(inputs.connection, inputs.owner).catch(() => undefined);
    const properties = { ...inputs, lockTimeout, version };
    throw Object.assign(new Error("a migration failed"), { id: ledger, properties, reasons });
  }
}
