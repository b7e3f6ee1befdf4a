import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { DeclaredAccess } from "./declaredAccess";

/** The first minor release of PostgreSQL 15 without known leaks of row-level security. */
const safeRelease = { number: 150020, name: "15.20" };

/** What an operator should know about the server that no update can change. One sentence each. */
export async function readWarnings(
  client: Client,
  { extensions }: Pick<DeclaredAccess, "extensions">,
): Promise<string[]> {
  const pinned = extensions.filter(({ version }) => version !== undefined);
  const { rows } = await client.query<{
    version_number: number;
    version: string;
    extensions: { name: string; installed: string; available: string }[];
  }>(readSql(__dirname, "warnings"), [pinned.map(({ name }) => name)]);
  return rows.flatMap(({ version_number: number, version, extensions: old }) => [
    ...(number < safeRelease.number
      ? [
          `server version ${version} is below ${safeRelease.name}: INSERT … ON CONFLICT reads rows that row-level security hides; update the server`,
        ]
      : []),
    ...old.map(
      ({ name, installed, available }) =>
        `extension ${name} has version ${installed}, and the server has ${available}; declare a version in database/extensions.ts, and up installs it`,
    ),
  ]);
}
