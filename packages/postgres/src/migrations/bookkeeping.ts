import { escapeLiteral } from "pg";

import type { Direction, Migration } from "./migration";
import { forgetProgress } from "./statementProgress";

/** The statements that commit together with a file, beside the ledger row that node-pg-migrate itself writes. */
export function bookkeeping(migration: Migration, direction: Direction): string[] {
  const { name, up, down } = migration;
  const values = [name, up.sha256, down.sha256, up.tokensSha256, down.tokensSha256];
  const remember = `insert into hosterizer.migration_files
    (name, up_sha256, down_sha256, up_tokens_sha256, down_tokens_sha256)
    values (${values.map((value) => escapeLiteral(value)).join(", ")})`;
  // On the way down the row goes with the ledger's, by its foreign key.
  return direction === "up" ? [remember, forgetProgress(name)] : [forgetProgress(name)];
}
