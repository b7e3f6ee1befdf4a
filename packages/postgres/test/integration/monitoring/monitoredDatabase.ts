import type { Connection } from "../../../src/connection/connection";
import { createTestDatabase, type TestDatabase } from "../testDatabase";

/** A database with statistics of statements, and a role that may see statistics and nothing else. */
export interface MonitoredDatabase extends TestDatabase {
  monitor: Connection & { user: string };
}

/** Creates it as the program's stacks have it: see database/grants.ts. */
export async function createMonitoredDatabase(): Promise<MonitoredDatabase> {
  const database = await createTestDatabase();
  const monitor = await database.role("monitor", "in role pg_monitor");
  await database.run(`
    revoke all on database ${database.name} from public;
    revoke all on schema public from public;
    create schema monitoring;
    create extension pg_stat_statements schema monitoring;
    grant connect on database ${database.name} to ${monitor.user};
    grant usage on schema monitoring to ${monitor.user}`);
  return { ...database, monitor };
}
