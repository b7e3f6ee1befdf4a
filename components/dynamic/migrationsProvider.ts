import type { dynamic } from "@pulumi/pulumi";

import { DeclarationErrors } from "../../postgres/declarationError";
import { migrate } from "../../postgres/migrations/migrate";
import { MigrationError } from "../../postgres/migrations/migrationError";
import { pendingMigrations } from "../../postgres/migrations/pendingMigrations";
import { readMigrations } from "../../postgres/migrations/readMigrations";
import { changes } from "./changes";
import { inspect } from "./inspect";
import type { MigrationsInputs } from "./migrations";
import { hasUnknown } from "./unknown";

// What the migrations are to PostgreSQL.
const ledger = "hosterizer.schema_migrations";

type Inputs = MigrationsInputs & { version: number; pending?: string[] };

/**
 * Adds `version`, which the folder leads to, and `pending`: the names of the migrations still to be applied.
 *
 * Where the folder contradicts what is applied, that is drift of the recorded schema, and no failing check.
 */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  try {
    const known = olds.connection !== undefined && !hasUnknown(news);
    const migrations = await readMigrations(news.directory, known ? Infinity : 0);
    const version = migrations.at(-1)?.number ?? 0;
    let pending = known ? [] : migrations.map(({ name }) => name);
    const unseen = await inspect("the migrations' ledger", async () => {
      if (known) pending = await pendingMigrations(news);
      return [];
    });
    return { inputs: { ...news, version, pending: [...unseen, ...pending] } };
  } catch (error) {
    if (!(error instanceof DeclarationErrors)) throw error;
    return { inputs: news, failures: [{ property: "directory", reason: error.message }] };
  }
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
    await migrate({ ...inputs, lockTimeoutMs: lockTimeout, log });
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    // The files before a failed one stay applied; so the resource is kept in the state, and the next update goes on.
    const reasons = [error.message];
    const properties = { ...inputs, lockTimeout };
    throw Object.assign(new Error("a migration failed"), { id: ledger, properties, reasons });
  }
}
