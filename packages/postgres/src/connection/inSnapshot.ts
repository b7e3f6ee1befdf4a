import { setTimeout as sleep } from "node:timers/promises";

import { type Client, DatabaseError } from "pg";

import { readStamp } from "./catalogStamp";

/** How often a reading that concurrent DDL has disturbed is attempted. */
const attempts = 6;

/**
 * Reads the catalog in one consistent snapshot, as one role.
 *
 * Catalog functions such as pg_get_indexdef ignore the snapshot and look at what is committed now: while DDL runs, they
 * mix two states, return nothing, or fail. So the catalog's stamp is taken before and after, and a reading between two
 * different stamps is repeated. If nothing at all was written in the meantime, no stamp is taken: it would cost more than
 * the reading.
 *
 * @param role Who reads: a role that the session's login is a member of.
 * @throws Error if concurrent DDL never pauses; node-postgres' errors as they are.
 */
export async function inSnapshot<T>(
  client: Client,
  role: string | undefined,
  read: (client: Client) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let before: string | undefined;
    let failure: unknown;
    // Some managed services do not permit it; then stamps are taken each time.
    const start = await readWalPosition(client).catch(() => undefined);
    try {
      await client.query("begin isolation level repeatable read read only");
      if (role !== undefined) {
        await client.query("select pg_catalog.set_config('role', $1, true)", [role]);
      }
      const alone = await isOnlyWriter(client);
      // A failed transaction cannot read a stamp, so a second attempt takes it first.
      if (attempt > 1) before = await readStamp(client);
      const result = await read(client);
      const undisturbed = alone && start !== undefined && (await readWalPosition(client)) === start;
      // The snapshot still shows the catalog as it was.
      if (!undisturbed) before ??= await readStamp(client);
      await client.query("commit");
      if (undisturbed || (await readStamp(client)) === before) return result;
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      if (!isTorn(error) || (await readStamp(client)) === before) throw error;
      failure = error;
    }
    if (attempt >= attempts) {
      throw new Error(
        `the catalog changed during each of ${attempts} readings: another session runs DDL.\n` +
          "Wait until it is done (pg_stat_activity shows it), then try again",
        { cause: failure },
      );
    }
    await sleep(50 * 2 ** attempt);
  }
}

/** The insert position of the write-ahead log, which every change moves. */
async function readWalPosition(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ position: string }>(
    "select pg_catalog.pg_current_wal_insert_lsn()::text as position",
  );
  return rows[0]?.position;
}

/**
 * Takes the snapshot, and returns whether no other writing transaction was in progress. One that was may already have written
 * its commit record and become visible only later.
 */
async function isOnlyWriter(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ alone: boolean }>(
    `select not exists (
       select from pg_catalog.pg_snapshot_xip(pg_catalog.pg_current_snapshot())
     ) as alone`,
  );
  return rows[0]?.alone === true;
}

// What an object that is in the snapshot but has been dropped can lead to: internal_error ("cache lookup failed"),
// undefined_table, undefined_object, undefined_column, undefined_function, invalid_schema_name.
const torn = new Set(["XX000", "42P01", "42704", "42703", "42883", "3F000"]);

function isTorn(error: unknown): boolean {
  return error instanceof DatabaseError && torn.has(error.code ?? "");
}
