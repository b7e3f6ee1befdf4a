import type { TestDatabase } from "../testDatabase";

/** Ends a role's sessions from outside, as a restart of the server would, and waits until they are gone. */
export async function endSessions(database: TestDatabase, user: string): Promise<void> {
  await database.administer(
    `select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename = '${user}'`,
  );
}
