import { execFile } from "node:child_process";

import type { Client } from "pg";

import { withClient } from "../../connection/connection";
import { inSnapshot } from "../../connection/inSnapshot";
import { startUpOptions } from "../../connection/sessionSettings";
import { renderDifference } from "../../convergence/difference";
import type { Sign } from "../../isolation/contexts";
import { isLeak } from "../../isolation/isolationProof";
import { proveIsolation } from "../../isolation/proveIsolation";
import { tableExists } from "../../migrations/ledger";
import { readRowLevelSecurityDrift } from "../../rowLevelSecurity/rowLevelSecurity";
import { objectName } from "../../schema/catalog/schemaObject";
import { readSchemaChanges } from "../../schema/record/schemaChanges";
import { countRows } from "../countRows";
import { openToChecks } from "../openToChecks";
import type { DrillPlan } from "./drillPlan";
import type { ThrowawayServer } from "./throwawayServer";

/** What a recovered database has and lacks. */
export interface CheckedDatabase {
  /** When its last transaction was committed. */
  lastTransaction: Date | undefined;
  rows: Record<string, number>;
  faults: string[];
}

/**
 * Checks a recovered database: the schema as it was recorded at that moment, policies as declared, no row lost since the previous
 * drill, tables and indexes undamaged, tenants isolated.
 *
 * @param before rows of each tenant table in the previous drill
 */
export async function checkRecovered(
  server: ThrowawayServer,
  plan: DrillPlan,
  before: Readonly<Record<string, number>>,
  signal: AbortSignal,
): Promise<CheckedDatabase> {
  const superuser = server.connect("postgres", "postgres");
  const lastTransaction = await withClient(superuser, "drill", async (client) => {
    const last = await readLastTransaction(client);
    const roles = [plan.migrator, ...plan.strangers, ...rolesOf(plan)];
    await openToChecks(client, plan.database, roles);
    return last;
  });
  const found = await checkDatabase(server, plan, before);
  const faults = [...found.faults, ...(await damage(server, plan.database, signal))];
  return { lastTransaction, rows: found.rows, faults };
}

/**
 * Checks a database whatever it was restored from, and changes nothing in it: the schema as it was recorded, policies as declared, no
 * row lost since the previous drill, tenants isolated.
 *
 * @param before rows of each tenant table in the previous drill
 * @param sign signs contexts, where only signed ones are valid. Default: isolation is not proven there
 */
export async function checkDatabase(
  server: Pick<ThrowawayServer, "connect">,
  plan: DrillPlan,
  before: Readonly<Record<string, number>>,
  sign?: Sign,
): Promise<Pick<CheckedDatabase, "rows" | "faults">> {
  const faults = [...(await schemaFaults(server, plan)), ...(await leaks(server, plan, sign))];
  const rows = await readRows(server, plan);
  for (const [table, count] of Object.entries(rows)) {
    const earlier = before[table] ?? 0;
    if (count < earlier * (1 - plan.lossShare))
      faults.push(`${table} has ${count} rows; ${previousDrill} ${earlier}`);
  }
  return { rows, faults };
}

/** The beginning of what a fault says about missing rows. */
export const previousDrill = "the previous drill found";

/**
 * The same for an earlier moment, as far as it has recorded what it should have been: the schema, tables and indexes. The first backup
 * is older than the database and its first record.
 */
export async function checkMoment(
  server: ThrowawayServer,
  plan: DrillPlan,
  signal: AbortSignal,
): Promise<CheckedDatabase> {
  const { lastTransaction, exists } = await withClient(
    server.connect("postgres", "postgres"),
    "drill",
    async (client) => {
      const last = await readLastTransaction(client);
      await openToChecks(client, plan.database, [plan.migrator]);
      const { rows } = await client.query<{ exists: boolean }>(
        `select exists (select from pg_catalog.pg_database where datname = $1) as "exists"`,
        [plan.database],
      );
      return { lastTransaction: last, exists: rows[0]?.exists === true };
    },
  );
  const isRecorded = exists && (await hasRecords(server, plan));
  const recorded = isRecorded ? await recordFaults(server, plan) : [];
  return {
    ...{ lastTransaction, rows: {} },
    faults: [
      ...recorded.filter((fault) => fault !== noRecord),
      ...(await damage(server, plan.database, signal)),
    ],
  };
}

/** Whether there is the table of the records: until then the migrator may have no rights. Asks the catalog alone. */
async function hasRecords(server: ThrowawayServer, { database }: DrillPlan): Promise<boolean> {
  return withClient(server.connect("postgres", database), "drill", (client) =>
    tableExists(client, "hosterizer.schema_objects"),
  );
}

async function readLastTransaction(client: Client): Promise<Date | undefined> {
  const { rows } = await client.query<{ at: Date | null }>(
    "select pg_catalog.pg_last_xact_replay_timestamp() as at",
  );
  return rows[0]?.at ?? undefined;
}

function rolesOf({ tenancy }: DrillPlan): string[] {
  return [...tenancy.tenantRoles, ...tenancy.administratorRoles, ...tenancy.backupRoles];
}

type Server = Pick<ThrowawayServer, "connect">;

async function schemaFaults(server: Server, plan: DrillPlan): Promise<string[]> {
  const { owner, tenancy } = plan;
  const connection = server.connect(plan.migrator, plan.database);
  const security = await readRowLevelSecurityDrift(connection, { tenancy, owner }, Infinity);
  return [...(await recordFaults(server, plan)), ...security.map(renderDifference)];
}

const noRecord = "the schema has no record";

async function recordFaults(server: Server, plan: DrillPlan): Promise<string[]> {
  const { owner, schemas } = plan;
  const connection = server.connect(plan.migrator, plan.database);
  const changes = await withClient(connection, "drill", (client) =>
    inSnapshot(client, owner, (reader) => readSchemaChanges(reader, { schemas, owner })),
  );
  return [
    ...(changes === undefined ? [noRecord] : []),
    ...(changes ?? []).map((change) => `${objectName(change)} is ${change.change}, by the record`),
  ];
}

/**
 * What pg_amcheck finds in tables and B-trees. https://www.postgresql.org/docs/15/app-pgamcheck.html
 *
 * @param signal ends it early: an index may call a function of the owner's, which need not end
 */
export function damage(
  server: Pick<ThrowawayServer, "connect">,
  database: string,
  signal: AbortSignal,
): Promise<string[]> {
  const { host, port } = server.connect("postgres", database);
  const connection = ["--host", host, "--port", String(port), "--username", "postgres"];
  const checks = ["--all", "--install-missing", "--heapallindexed", "--jobs=2"];
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PGOPTIONS: startUpOptions };
    const options = { maxBuffer: 16 * 2 ** 20, env, signal };
    execFile("pg_amcheck", [...connection, ...checks], options, (error, out, err) => {
      if (error === null) resolve([]);
      else if (signal.aborted) reject(new Error("pg_amcheck was ended", { cause: error }));
      else if (typeof error.code === "number") resolve([damageIn(error.code, out, err)]);
      else reject(new Error("pg_amcheck could not be run", { cause: error }));
    });
  });
}

/** pg_amcheck's exit code if it has found something. With any other it has not looked at everything. */
const foundDamage = 2;

/** What a run of pg_amcheck that did not succeed says. */
function damageIn(code: number, output: string, messages: string): string {
  const lines = `${output}\n${messages}`.split("\n").filter((line) => line.trim() !== "");
  const what = code === foundDamage ? "pages are damaged" : "pages could not be checked";
  return `${what}: ${lines.slice(0, 6).join(" / ")}`;
}

async function leaks(server: Server, plan: DrillPlan, sign?: Sign): Promise<string[]> {
  const { tenancy, strangers, database } = plan;
  // The key that signs contexts is the application's, and is not in a backup.
  if (tenancy.context === "signed" && sign === undefined) return [];
  const proof = await proveIsolation({
    tenancy,
    strangers,
    connect: (role) => server.connect(role, database),
    sign,
  });
  return proof.cells
    .filter(isLeak)
    .map(({ role, schema, table }) => `${role} sees other tenants' rows of ${schema}.${table}`);
}

async function readRows(
  server: Server,
  { tenancy, database }: DrillPlan,
): Promise<Record<string, number>> {
  const [reader = "postgres"] = tenancy.backupRoles;
  const counted = await countRows(server.connect(reader, database), tenancy.tables);
  return Object.fromEntries(
    counted.map(({ schema, table, count }) => [`${schema}.${table}`, count]),
  );
}
