import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Audit } from "./audit";

/** The first minor release of PostgreSQL 15 without known leaks of row-level security. */
const safe = { number: 150020, name: "15.20" };

/** What an operator should know about the server, and no update of ours can change. One sentence each. */
export async function readWarnings(
  client: Client,
  { extensions }: Pick<Audit, "extensions">,
): Promise<string[]> {
  const pinned = extensions.filter(({ version }) => version !== undefined);
  const { rows } = await client.query<{
    version_number: number;
    version: string;
    extensions: { name: string; installed: string; available: string }[];
  }>(readSql(__dirname, "warnings"), [pinned.map(({ name }) => name)]);
  return rows.flatMap(({ version_number: number, version, extensions: old }) => [
    ...(number < safe.number
      ? [
          `server version ${version} is below ${safe.name}: INSERT … ON CONFLICT reads rows that row-level security hides; update the server`,
        ]
      : []),
    ...old.map(
      ({ name, installed, available }) =>
        `extension ${name} has version ${installed}, and the server brings ${available}; declare a version in database/extensions.ts, and up installs it`,
    ),
  ]);
}
