import { type Client, escapeIdentifier } from "pg";

import type { Connection } from "../connection/connection";

/** Which migrations, in which database. */
export interface MigrationSettings {
  /** The login that runs migrations. */
  connection: Connection;
  /** Role that owns the database and its tables; the login is a member of it. */
  owner: string;
  /** Folder of the `.up.sql` and `.down.sql` files. Paths in errors begin with it. */
  directory: string;
  /** Schemas whose objects are all recorded as the expected schema, with any owner. Default `public`. */
  schemas?: readonly string[] | undefined;
}

/**
 * Returns the statements that record the schema as the expected one, for a transaction of the owner. They come last in it and may
 * change its settings.
 *
 * @param at `version`: number of the last migration applied. Default: as the ledger says when the statements run.
 */
export type RecordSchema = (
  scope: { schemas: readonly string[]; owner: string },
  at: { version?: number },
) => string[];

/** How to run migrations. */
export interface RunOptions extends MigrationSettings {
  /** SQL that joins the transaction of each file, in both directions: row-level security of a newborn table. */
  afterEach?: string;
  /** Records the schema with the last file, and where a run stops. */
  recordSchema: RecordSchema;
  /** How long a statement waits for a lock, in milliseconds. Default 500. */
  lockTimeoutMs?: number;
  /** How often a file that did not get its locks is tried, with growing pauses. Default 10: about a minute. */
  lockAttempts?: number;
  /** How long to wait for another run to end, in milliseconds. Default 10 minutes. */
  runnerWaitMs?: number;
  /** Receives a line for each file, each wait and each notice. Default: it is discarded. */
  log?: (line: string) => void;
}

/** What each file of a run needs: the options with their defaults. */
export interface RunSettings {
  owner: string;
  schemas: readonly string[];
  /** SQL that joins the transaction of each file; without one, that of each statement that can have one. */
  afterEach?: string;
  recordSchema: RecordSchema;
  /** In milliseconds; 0 waits for ever. */
  lockTimeoutMs: number;
  /** Tries of one file in all. */
  lockAttempts: number;
  log: (line: string) => void;
}

/** What a session's state at the beginning of a file depends on. */
export type SessionSettings = Pick<RunSettings, "owner" | "lockTimeoutMs">;

/**
 * Puts the session into the state in which every file begins, whatever the file before it has set.
 *
 * Forced row-level security applies to the owner too, so a migration that changes data needs the administrator's context to see
 * all rows. Unqualified names belong to the schema public. Only the wait for locks is limited: a change may take long.
 */
export async function prepareSession(client: Client, settings: SessionSettings): Promise<void> {
  await client.query(sessionSql(settings));
}

/** The statements of prepareSession, which also work inside a transaction. */
export function sessionSql({ owner, lockTimeoutMs }: SessionSettings): string {
  return `reset all;
    set role ${escapeIdentifier(owner)};
    set search_path = public;
    set lock_timeout = ${lockTimeoutMs};
    set statement_timeout = 0;
    set idle_in_transaction_session_timeout = 0;
    set app.current_user_role = 'administrator'`;
}
