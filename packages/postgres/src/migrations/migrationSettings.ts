import type { Connection } from "../connection/connection";
import type { SessionSettings } from "./migrationSession";

/** Which migrations, in which database. */
export interface MigrationSettings {
  /** The login that runs migrations. */
  connection: Connection;
  /** Role that owns the database and its tables; the login is a member of it. */
  owner: string;
  /** Folder of the `.up.sql` and `.down.sql` files. Errors show paths as this one begins. */
  directory: string;
  /** Schemas of which everything is recorded as the expected schema, whoever owns it. Default `public`. */
  schemas?: readonly string[] | undefined;
}

/** What a single file runs with. */
export interface FileSettings extends SessionSettings {
  /** SQL that joins the transaction of each file; without one, that of each statement which can have it. */
  afterEach?: string;
  /** Schemas of which everything is recorded as the expected schema, whoever owns it. */
  schemas: readonly string[];
}

/** How to run them. */
export interface RunOptions extends MigrationSettings {
  /** SQL that joins the transaction of each file, in both directions: row-level security of a newborn table. */
  afterEach?: string;
  /** How long a statement waits for a lock. Default 500. */
  lockTimeoutMs?: number;
  /** How often a file that had no lock in time is tried, with growing pauses. Default 10: about a minute. */
  lockAttempts?: number;
  /** How long to wait for another run to end. Default 10 minutes. */
  runnerWaitMs?: number;
  /** Told of each file, each wait and each notice. Default: nobody. */
  log?: (line: string) => void;
}
