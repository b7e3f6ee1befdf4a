import { inSnapshot } from "../../../../postgres/inSnapshot";
import { readMigrationState } from "../../../../postgres/migrations/readMigrationState";
import { readSchemaChanges } from "../../../../postgres/schema/readSchemaChanges";
import { withSession } from "../../../../postgres/withSession";
import type { Stage } from "./stage";

/** Looks at the database as a preview does, and says in lines what it finds. */
export type Reader = (stage: Stage) => Promise<string[]>;

/** Everything that a preview looks at: who adds an inspection adds it here. */
export const readers: readonly Reader[] = [schemaDepartures, ledgerDepartures];

/** What a preview would tell; nothing if it is clean. */
export async function departures(stage: Stage): Promise<string[]> {
  const found: string[] = [];
  for (const read of readers) found.push(...(await read(stage)));
  return found;
}

async function schemaDepartures({ superuser, settings: { owner } }: Stage): Promise<string[]> {
  const changes = await withSession(superuser, (client) =>
    inSnapshot(client, owner, (reader) =>
      readSchemaChanges(reader, { schemas: ["public"], owner }),
    ),
  );
  if (changes === undefined) return ["the schema has no record to be compared with"];
  return changes.map((change) => JSON.stringify(change));
}

async function ledgerDepartures({ superuser, settings }: Stage): Promise<string[]> {
  const { pending, faults } = await readMigrationState({ ...settings, connection: superuser });
  return [...pending, ...faults.map(({ error }) => error.message)];
}
