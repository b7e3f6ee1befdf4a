import type { Client } from "pg";

import { tableExists } from "../../migrations/ledger";
import { signingKeysTable } from "./signingKeys";

/** The keys as their pads, in hexadecimal; null: there is no table. */
export type FoundKeys = { id: string; inner: string; outer: string }[] | null;

/** Reads them, as the owner. */
export async function readSigningKeys(client: Client): Promise<FoundKeys> {
  if (!(await tableExists(client, signingKeysTable))) return null;
  const { rows } = await client.query<{ id: string; inner: string; outer: string }>(
    `select id, pg_catalog.encode(inner_pad, 'hex') as inner, pg_catalog.encode(outer_pad, 'hex') as outer
       from ${signingKeysTable}
      order by id`,
  );
  return rows;
}
