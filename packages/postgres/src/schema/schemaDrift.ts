import { type Client, DatabaseError } from "pg";

import { ledgerKind, readLedgerTables } from "../audit/ledgerTables";
import type { Connection } from "../connection/connection";
import { isMissingDatabase } from "../connection/connectionFailure";
import { inSnapshot } from "../connection/inSnapshot";
import { withSession } from "../connection/withSession";
import type { Finding } from "../convergence/difference";
import { readLedger } from "../migrations/ledger";
import { type LedgerFault, ledgerFaults } from "../migrations/ledgerFaults";
import { type Migration, numberOf } from "../migrations/migration";
import { readMigrations, resolvedByPending } from "../migrations/migrationsFolder";
import { readRefusals } from "../rowLevelSecurity/requirements";
import type { Tenancy } from "../rowLevelSecurity/tenancy";
import { readSchema } from "./catalog/readSchema";
import type { SchemaScope } from "./catalog/schemaObject";
import { readSchemaChanges, type SchemaStates } from "./record/schemaChanges";
import { readRecord } from "./record/schemaRecord";
import { type SchemaFinding, schemaFindings } from "./schemaFindings";
import { recordKind } from "./schemaRules";

/** What is compared: the live schema with its record, the ledger with the folder, the tables with the tenancy. */
export interface SchemaExpectation extends SchemaScope {
  /** Folder of the migrations. */
  directory: string;
  /** Declared tenant tables, to find tables that need a decision too. Default: not checked. */
  tenancy?: Tenancy;
  /** Number of the migration to roll back to, with the down files as they are now. Default: no rollback. */
  target?: number | undefined;
}

/** How the database differs from its record and the migrations folder. */
export interface SchemaInspection {
  /** Everything, in the order of a report. */
  findings: readonly Finding[];
  /** The findings about objects of the schema. */
  schema: readonly SchemaFinding[];
  /** Whether to record the schema, because no record matches the ledger. */
  unrecorded: boolean;
  faults: readonly LedgerFault[];
  /** The migrations in the folder. */
  migrations: readonly Migration[];
  /** All objects in both states; empty if nothing differs. */
  states: SchemaStates;
}

/**
 * How the live schema differs from the recorded one, and the ledger from the folder. Changes nothing.
 *
 * @param connection A login that is a member of the owner. A database that doesn't exist yet has no drift.
 * @throws DeclarationErrors if the migrations folder is faulty; node-postgres' errors as they are.
 */
export async function readSchemaDrift(
  connection: Connection,
  expectation: SchemaExpectation,
): Promise<readonly Finding[]> {
  try {
    const { findings } = await withSession(connection, (client) =>
      inspectSchema(client, expectation),
    );
    return findings;
  } catch (error) {
    if (isMissingDatabase(error)) return [];
    throw error;
  }
}

/**
 * Reads the database as the owner, in one snapshot, and compares it. Changes nothing.
 *
 * A database without a ledger, or without the owner role, has no differences.
 *
 * @throws DeclarationErrors if the migrations folder is faulty.
 */
export async function inspectSchema(
  client: Client,
  { target, ...expectation }: SchemaExpectation,
): Promise<SchemaInspection> {
  let ledgerTables: readonly Finding[] = [];
  let isOwner = false;
  const read = await inSnapshot(client, expectation.owner, async () => {
    isOwner = true;
    ledgerTables = await readLedgerTables(client);
    // A renamed ledger can be read once it has its name back.
    const isRenamed = ledgerTables.some(({ actual }) => actual === null);
    return isRenamed ? undefined : readBoth(client, expectation);
  }).catch((error: unknown) => {
    const isAnswer = error instanceof DatabaseError;
    if (isAnswer && !isOwner && error.code === noSuchRole) return undefined;
    // A view in the ledger's place may fail, with any error that its author chose.
    if (isAnswer && ledgerTables.some(({ actual }) => actual === "a view")) return undefined;
    throw error;
  });
  if (read === undefined) return { ...nothing, findings: ledgerTables };

  const { applied, migrations, refusals, changes } = read;
  const names = new Set(applied.map(({ name }) => name));
  const faults = ledgerFaults(migrations, applied).filter((fault) => !isMoot(fault, target));
  const resolved = resolvedByPending(migrations.filter(({ name }) => !names.has(name)));
  const unrecorded = changes === undefined;
  const states = { changes: changes ?? [], ...read.objects };
  const schema = schemaFindings(states, resolved);
  const findings = [
    ...ledgerTables,
    ...migrationFindings(faults),
    ...(unrecorded ? [noRecord] : []),
    ...schema,
    ...refusals.filter(({ object }) => !resolved.has(object)),
  ];
  return { findings, schema, unrecorded, faults, migrations, states };
}

/** Someone who fixed the files of a migration that is about to be rolled back wants the files as they are now. */
function isMoot({ kind, name }: LedgerFault, target = Infinity): boolean {
  return (kind === "up edited" || kind === "down edited") && numberOf(name) > target;
}

async function readBoth(
  client: Client,
  { directory, tenancy, ...scope }: Omit<SchemaExpectation, "target">,
) {
  const applied = await readLedger(client);
  if (applied.length === 0) return undefined;
  const migrations = await readMigrations(directory, numberOf(applied.at(-1)?.name));
  const last = migrations.at(-1)?.number;
  const refusals = tenancy === undefined ? [] : await readRefusals(client, tenancy, last);
  const changes = await readSchemaChanges(client, scope);
  const read = { applied, migrations, refusals, changes };
  if (changes === undefined || changes.length === 0) return { ...read, objects: noObjects };
  const [record, actual] = [await readRecord(client), await readSchema(client, scope)];
  return { ...read, objects: { expected: record?.objects ?? [], actual } };
}

const noObjects = { expected: [], actual: [] };
const nothing: SchemaInspection = {
  findings: [],
  schema: [],
  unrecorded: false,
  faults: [],
  migrations: [],
  states: { changes: [], ...noObjects },
};

const noRecord: Finding = {
  kind: recordKind,
  object: "schema record",
  expected: "a record of the schema as the last migration left it",
  actual: "none of this version",
  repair: "automatic",
  reason: "up records the schema as it is now",
};

// invalid_parameter_value: SET ROLE reports it for a role that doesn't exist.
const noSuchRole = "22023";

/** Every kind of difference between the migrations folder and the ledger. */
export const migrationKinds = [
  "migration edited",
  "migration edited in comments",
  "down migration edited",
  "migration deleted",
  "migration renamed",
  "migration overtaken",
  ledgerKind,
] as const;

/** How the folder differs from the ledger. All are refused: only a person can know which of the two is right. */
export function migrationFindings(faults: readonly LedgerFault[]): Finding[] {
  return faults.map((fault) => ({
    ...describeFault(fault),
    object: `migration ${fault.name}`,
    repair: "refused",
  }));
}

function describeFault(fault: LedgerFault): Pick<Finding, "expected" | "actual"> & {
  kind: (typeof migrationKinds)[number];
} {
  const { kind, renamedTo = "", cosmetic } = fault;
  const half = kind === "down edited" ? "down" : "up";
  const expected = `the ${half} file as it was applied`;
  switch (kind) {
    case "missing":
      return {
        kind: "migration deleted",
        expected: "its files, because it is applied",
        actual: null,
      };
    case "renamed":
      return {
        kind: "migration renamed",
        expected: "the name that was applied",
        actual: `the name ${renamedTo}`,
      };
    case "overtaken":
      return {
        kind: "migration overtaken",
        expected: "a number after those that are applied",
        actual: "a later one applied, and not this one",
      };
    default:
      if (cosmetic) {
        const actual = `the ${half} file with other comments or white space`;
        return { kind: "migration edited in comments", expected, actual };
      }
      return {
        kind: half === "up" ? "migration edited" : "down migration edited",
        expected,
        actual: `the ${half} file edited`,
      };
  }
}
