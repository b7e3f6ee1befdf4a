import type { Client } from "pg";

import type { Migration } from "./migration";

/**
 * Records the files of applied migrations as they are in the folder now. For those of which only comments and white space
 * were edited; it changes nothing but what later edits are known by.
 *
 * The session is the owner. Migrations that aren't applied are left out.
 */
export async function rerecordFiles(
  client: Client,
  migrations: readonly Migration[],
): Promise<void> {
  for (const { name, up, down } of migrations) {
    await client.query(
      `update hosterizer.migration_files
          set up_sha256 = $2, down_sha256 = $3, up_tokens_sha256 = $4, down_tokens_sha256 = $5
        where name = $1`,
      [name, up.sha256, down.sha256, up.tokensSha256, down.tokensSha256],
    );
  }
}
