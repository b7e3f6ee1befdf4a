import type { DeclaredAccess } from "../../../../src/audit/declaredAccess";
import { readAudit } from "../../../../src/audit/audit";
import { inSnapshot } from "../../../../src/connection/inSnapshot";
import { readMigrationState } from "../../../../src/migrations/migrationState";
import { readRowLevelSecurityDrift } from "../../../../src/rowLevelSecurity/rowLevelSecurity";
import { readSchemaChanges } from "../../../../src/schema/record/schemaChanges";
import { withSession } from "../../../../src/connection/withSession";
import { declared } from "./declared";
import type { Model } from "./model";
import type { Stage } from "./stage";

/** Inspects the database as a preview does, and returns the findings as lines. */
type Reader = (stage: Stage, declaration: DeclaredAccess, version: number) => Promise<string[]>;

/** All inspections of a preview: add a new one here. */
const readers: readonly Reader[] = [
  schemaDepartures,
  ledgerDepartures,
  rowLevelSecurityDepartures,
  accessDepartures,
];

/** What a preview would report; nothing if it is clean. */
export async function departures(stage: Stage, model: Model): Promise<string[]> {
  const found: string[] = [];
  const declaration = declared(model);
  for (const read of readers) found.push(...(await read(stage, declaration, model.version)));
  return found;
}

async function schemaDepartures(
  { superuser }: Stage,
  { owner }: DeclaredAccess,
): Promise<string[]> {
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

/** Row-level security. */
export async function rowLevelSecurityDepartures(
  { superuser }: Stage,
  security: DeclaredAccess,
  version: number,
): Promise<string[]> {
  const found = await readRowLevelSecurityDrift(superuser, security, version);
  return found.map((finding) => JSON.stringify(finding));
}

/** Access rights. */
export async function accessDepartures(
  { superuser }: Stage,
  declaration: DeclaredAccess,
): Promise<string[]> {
  const found = await withSession(superuser, (client) => readAudit(client, declaration));
  return found.map(({ finding }) => JSON.stringify(finding));
}
