/** Which way the schema moves. */
export type Direction = "up" | "down";

/** The SQL of one migration in one direction. */
export interface MigrationFile {
  /** The folder as it was given, and the file's name: what errors show. */
  path: string;
  /** With LF line ends, so that a checkout on Windows has the same text and the same hash. */
  sql: string;
  sha256: string;
  /** The hash of its tokens alone: unchanged when only comments or white space are. */
  tokensSha256: string;
  /** Why it runs outside a transaction. Absent: it runs in one of its own. */
  noTransaction?: string;
}

/** One numbered change of the schema, and the change that undoes it. */
export interface Migration extends Record<Direction, MigrationFile> {
  /** Counts from 1 without a gap; the schema's version once this is the last one applied. */
  number: number;
  /** Such as `000001_create_users_table`; the key in the ledger. */
  name: string;
}
