import { type Client, escapeIdentifier } from "pg";

/** What a recovered server says of itself. */
export interface RecoveredState {
  /** When the last transaction that it has was committed, with its offset. */
  lastTransaction: string | null;
  /** The LSN up to which WAL was replayed. */
  replayed: string | null;
  /** Every role that could log in at that moment. */
  logins: readonly string[];
}

export async function readRecoveredState(client: Client): Promise<RecoveredState> {
  const { rows } = await client.query<RecoveredState>(
    `select pg_catalog.pg_last_xact_replay_timestamp()::text as "lastTransaction",
            pg_catalog.pg_last_wal_replay_lsn()::text as replayed,
            array(select rolname::text from pg_catalog.pg_roles where rolcanlogin order by 1) as logins`,
  );
  return rows[0] ?? { lastTransaction: null, replayed: null, logins: [] };
}

/**
 * Clears the password of every role but the superuser that runs this, and disables the logins that are not declared: an old backup
 * contains passwords that a rotation has since ended. The next update sets the passwords of the declared roles; it notices a missing
 * password only where the role may log in.
 *
 * @param declared names of the logins that the stack declares
 */
export async function closeLogins(client: Client, declared: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select rolname::text as name from pg_catalog.pg_roles
      where rolname <> current_user and rolname !~ '^pg_'`,
  );
  for (const { name } of rows) {
    const login = declared.includes(name) ? "" : "nologin ";
    await client.query(`alter role ${escapeIdentifier(name)} ${login}password null`);
  }
}
