import { type Client, escapeIdentifier } from "pg";

/** What a session must be like when a file begins. */
export interface SessionSettings {
  /** Role that owns the tables; the login is a member of it. */
  owner: string;
  /** How long a statement waits for a lock, in milliseconds; 0 is for ever. */
  lockTimeoutMs: number;
}

/**
 * Brings the session into the state that every file starts from, whatever the file before it has set.
 *
 * The owner is bound by forced row-level security, so a migration that changes data needs the administrator's
 * context to see all rows. Unqualified names are those of the schema public. Only the wait for locks is limited: a
 * change that takes long is not a fault.
 */
export async function prepareSession(client: Client, settings: SessionSettings): Promise<void> {
  await client.query(sessionSql(settings));
}

/** The statements that do so, also inside a transaction. */
export function sessionSql({ owner, lockTimeoutMs }: SessionSettings): string {
  return `reset all;
    set role ${escapeIdentifier(owner)};
    set search_path = public;
    set lock_timeout = ${lockTimeoutMs};
    set statement_timeout = 0;
    set idle_in_transaction_session_timeout = 0;
    set app.current_user_role = 'administrator'`;
}
