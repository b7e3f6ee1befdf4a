import { type Client, DatabaseError } from "pg";

import type { Finding } from "../convergence/difference";
import { inSnapshot } from "../connection/inSnapshot";
import { readLedger } from "../migrations/ledger";
import { readLedgerTables } from "../audit/ledgerTables";
import { type LedgerFault, ledgerFaults } from "../migrations/ledgerFaults";
import type { Migration } from "../migrations/migration";
import { numberOf } from "../migrations/numberOf";
import { readMigrations } from "../migrations/readMigrations";
import { resolvedByPending } from "../migrations/resolvedByPending";
import { readRefusals } from "../rowLevelSecurity/rowLevelSecurity";
import type { Tenancy } from "../rowLevelSecurity/tenancy";
import { migrationFindings } from "./migrationFindings";
import { readRecord } from "./record/readRecord";
import { readSchema } from "./catalog/readSchema";
import { readSchemaChanges } from "./catalog/readSchemaChanges";
import type { SchemaFinding } from "./schemaFinding";
import { schemaFindings, type SchemaStates } from "./schemaFindings";
import { recordKind } from "./schemaKinds";
import type { SchemaScope } from "./schemaObject";

/** What is compared: the live schema with the recorded one, the ledger with the folder, tables with the tenancy. */
export interface SchemaExpectation extends SchemaScope {
  /** Folder of the migrations. */
  directory: string;
  /** Whose rows are whose, to find what has to be decided about tables too. Default: that is not asked. */
  tenancy?: Tenancy;
  /** Number of the migration after which all are to be undone, by their files as they are. Default: none is. */
  target?: number | undefined;
}

/** How the database stands against its record and the folder. */
export interface SchemaInspection {
  /** Everything, in the order of a report. */
  findings: readonly Finding[];
  /** Those about objects of the schema. */
  schema: readonly SchemaFinding[];
  /** Whether the schema is to be recorded, because no record is of the ledger as it stands. */
  unrecorded: boolean;
  faults: readonly LedgerFault[];
  /** Those of the folder. */
  migrations: readonly Migration[];
  /** All objects on both sides; none unless some differ. */
  states: SchemaStates;
}

/**
 * Reads both in one snapshot, as the owner. Changes nothing.
 *
 * A database that nobody has migrated, or of which there is no owner yet, has nothing to differ from.
 *
 * @throws DeclarationErrors if the folder has faults of its own.
 */
export async function inspectSchema(
  client: Client,
  expectation: SchemaExpectation,
): Promise<SchemaInspection> {
  const { target, ...wanted } = expectation;
  const { owner } = wanted;
  let tables: readonly Finding[] = [];
  let isOwner = false;
  const read = await inSnapshot(client, owner, async () => {
    isOwner = true;
    tables = await readLedgerTables(client);
    // A table of another name tells nothing until it has its own back.
    const isAway = tables.some(({ actual }) => actual === null);
    return isAway ? undefined : readBoth(client, wanted);
  }).catch((error: unknown) => {
    const isAnswer = error instanceof DatabaseError;
    if (isAnswer && !isOwner && error.code === noSuchRole) return undefined;
    // Nor does a view in its place that fails, with whatever error its maker has chosen.
    if (isAnswer && tables.some(({ actual }) => actual === "a view")) return undefined;
    throw error;
  });
  if (read === undefined) return { ...nothing, findings: tables };

  const { applied, migrations, changes } = read;
  const names = new Set(applied.map(({ name }) => name));
  const faults = ledgerFaults(migrations, applied).filter((fault) => !isMoot(fault, target));
  const resolved = resolvedByPending(migrations.filter(({ name }) => !names.has(name)));
  const states = { changes: changes ?? [], ...read.states, resolved };
  const schema = schemaFindings(states);
  const unrecorded = changes === undefined;
  const findings = [
    ...tables,
    ...migrationFindings(faults),
    ...(unrecorded ? [noRecord] : []),
    ...schema,
    ...read.refusals.filter(({ object }) => !resolved.has(object)),
  ];
  return { findings, schema, unrecorded, faults, migrations, states };
}

/** Who has mended a file that could not be undone wants it to be undone as it is now. */
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
  if (changes === undefined || changes.length === 0) return { ...read, states: empty };
  const [record, actual] = [await readRecord(client), await readSchema(client, scope)];
  return { ...read, states: { expected: record?.objects ?? [], actual } };
}

const empty = { expected: [], actual: [] };
const nothing: SchemaInspection = {
  findings: [],
  schema: [],
  unrecorded: false,
  faults: [],
  migrations: [],
  states: { changes: [], ...empty },
};

const noRecord: Finding = {
  kind: recordKind,
  object: "schema record",
  expected: "a record of the schema as the last migration left it",
  actual: "none of this version",
  repair: "automatic",
  reason: "up records the schema as it is now",
};

// invalid_parameter_value: what SET ROLE says of a role that isn't there.
const noSuchRole = "22023";
