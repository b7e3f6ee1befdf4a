import { setTimeout as sleep } from "node:timers/promises";

import { type Client, DatabaseError } from "pg";

import { readSql } from "../sql/readSql";

/** How often a reading that DDL of others has disturbed is begun again. */
const attempts = 6;

/**
 * Reads the catalog in one consistent snapshot, as one role.
 *
 * Catalog functions such as pg_get_indexdef look past the snapshot, at what is committed now: while somebody runs DDL
 * they mix two states, return nothing, or fail. So the catalogs' stamp is taken before and after, and a reading
 * between two different ones is done again. Where nothing at all was written meanwhile, it needs no stamps, which
 * would cost more than the reading.
 *
 * @param role Who reads: a role that the session's login is a member of.
 * @throws Error if DDL of others never pauses; node-postgres' errors as they are.
 */
export async function inSnapshot<T>(
  client: Client,
  role: string | undefined,
  read: (client: Client) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let before: string | undefined;
    let failure: unknown;
    // Not every service lets it be asked for; then there are stamps each time.
    const start = await readPosition(client).catch(() => undefined);
    try {
      await client.query("begin isolation level repeatable read read only");
      if (role !== undefined) {
        await client.query("select pg_catalog.set_config('role', $1, true)", [role]);
      }
      const alone = await isAlone(client);
      // A failed transaction tells no stamp, so that a second reading takes it first.
      if (attempt > 1) before = await readStamp(client);
      const result = await read(client);
      const undisturbed = alone && start !== undefined && (await readPosition(client)) === start;
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

/** Where the server's log of writing stands, which every change of anything moves. */
async function readPosition(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ position: string }>(
    "select pg_catalog.pg_current_wal_insert_lsn()::text as position",
  );
  return rows[0]?.position;
}

/**
 * Whether no other transaction that writes was under way when the snapshot was taken, which this does. One that was may have
 * written its commit already, and come into sight only later.
 */
async function isAlone(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ alone: boolean }>(
    `select not exists (
       select from pg_catalog.pg_snapshot_xip(pg_catalog.pg_current_snapshot())
     ) as alone`,
  );
  return rows[0]?.alone === true;
}

/** One value that differs as soon as DDL has committed; see catalogStamp.sql. */
export async function readStamp(client: Client): Promise<string> {
  const { rows } = await client.query<{ stamp: string }>(readSql(__dirname, "catalogStamp"));
  return rows[0]?.stamp ?? "";
}

// What an object that is in the snapshot and was dropped meanwhile can lead to: internal_error ("cache lookup failed"), undefined_table,
// undefined_object, undefined_column, undefined_function, invalid_schema_name.
const torn = new Set(["XX000", "42P01", "42704", "42703", "42883", "3F000"]);

function isTorn(error: unknown): boolean {
  return error instanceof DatabaseError && torn.has(error.code ?? "");
}
