import {
  type DatabaseStatus,
  isUnavailable,
  readDatabaseStatus,
  type ServerFacts,
} from "@hosterizer/postgres/monitoring/databaseStatus";
import type { LastDrill } from "@hosterizer/postgres/backup/drill/lastDrills";
import {
  readSchemaStatus,
  type SchemaStatus,
} from "@hosterizer/postgres/migrations/migrationState";
import { serverAccount, serverPaths } from "@hosterizer/postgres/server/embedded/paths";
import type { BackupReport } from "@hosterizer/postgres/backup/backupReport";
import { humanDuration } from "@hosterizer/postgres/humanNumbers";
import { readKnownBackups } from "../../dockerStack/backupWarnings";
import { folders } from "../../folders";
import type { Program } from "../../program";
import { readStackDrills, stackDrillWarnings } from "../backup/stackDrills";
import { counted } from "../screen/numbers";
import {
  configurationEnvironment,
  readContainer,
  type ServerContainer,
} from "../stack/configuration";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import { migrationTarget } from "../stack/schemaVersion";
import type { StackAccess } from "../stack/stackAccess";

/** Everything that `npm run db -- status` shows. `--json` prints it as it is. */
export interface StackStatus extends DatabaseStatus {
  stack: string;
  server: ServerFacts & {
    host: string;
    port: number;
    /** Path of the server's log; null if this project does not run the server on this machine. */
    logFile: string | null;
    /** The container that the server runs in, and the volume that holds its data; null if this project made neither. */
    docker: ServerContainer | null;
  };
  schema: SchemaStatus;
  /** What the container that takes backups says; null if there is none, or if it says nothing. */
  backups: BackupReport | null;
  /** The last drill of each repository, or of the server; none where backups are off or cannot be asked. */
  drills: readonly LastDrill[];
  /** What an operator should know first, each in a sentence or two. */
  warnings: readonly string[];
}

/** How many statements the guide asks for. */
const statementLimit = 10;

/** @throws UserError if the server cannot be reached */
export async function readStackStatus(
  access: StackAccess,
  { owner, migrator, monitor, migrationsDirectory, tenancy }: Program,
): Promise<StackStatus> {
  const { stack, host, port } = access;
  // One after the other, so that neither counts the other's session.
  const facts = await explainRefusal(access, connectionAs(monitor, access), (connection) =>
    readDatabaseStatus(connection, statementLimit),
  );
  const target = migrationTarget(stack);
  const schema = await explainRefusal(access, connectionAs(migrator, access), (connection) =>
    readSchemaStatus({ connection, owner, directory: migrationsDirectory, target }),
  );
  const logFile = logFileOf(stack, facts.server.dataDirectory);
  const server = { host, port, ...facts.server, logFile, docker: readContainer(stack) };
  const known = await readKnownBackups(stack, configurationEnvironment(stack));
  const drilled = await readStackDrills(access, { migrator, tenancy });
  const drills = (drilled?.drills ?? []).filter(({ last }) => last !== null);
  const backups = known?.report ?? null;
  const found = { stack, ...facts, server, schema, backups, drills };
  const warnings = [
    ...(known?.warnings ?? []),
    ...stackDrillWarnings(stack, drilled),
    ...statusWarnings(found),
  ];
  return { ...found, warnings };
}

/** The log of the stack's embedded server; null if the data directory shows that another server answered. */
function logFileOf(stack: string, dataDirectory: string | null): string | null {
  const { data, log } = serverPaths(folders.project, stack, serverAccount(folders.project));
  return data === dataDirectory ? log : null;
}

/** The first release of PostgreSQL 15 in which row-level security holds for every statement. */
const soundVersion = 150020;
const fewConnections = 0.2;
const longTransactionSeconds = 300;

/** What an operator should know first. Empty if all is well. */
export function statusWarnings(status: Omit<StackStatus, "warnings">): string[] {
  return [
    ...versionWarnings(status),
    ...status.schema.faults.map((fault) => fault.replaceAll("\n", " ")),
    ...archiveWarnings(status),
    ...connectionWarnings(status),
    ...sessionWarnings(status),
    ...indexWarnings(status),
  ];
}

function versionWarnings({ server }: Pick<StackStatus, "server">): string[] {
  if (server.versionNumber >= soundVersion) return [];
  return [
    `PostgreSQL ${server.version} is older than 15.20: in it, INSERT … ON CONFLICT reads rows that row-level security hides. ` +
      "Do not store customer data on it; update the server.",
  ];
}

/** By the server's own account. Where a container takes backups, it says more. */
function archiveWarnings({ server, backups }: Pick<StackStatus, "server" | "backups">): string[] {
  if (server.unarchivedSeconds === null || backups !== null) return [];
  return [
    `No WAL has been archived for ${humanDuration(server.unarchivedSeconds)}: what was written since cannot be recovered, and ` +
      "the server keeps the WAL until its disk is full. Its log says why.",
  ];
}

function connectionWarnings({ connections }: Pick<StackStatus, "connections">): string[] {
  const { used, maximum, reservedForSuperusers } = connections;
  const available = maximum - reservedForSuperusers;
  const left = available - used;
  if (left > available * fewConnections) return [];
  return [
    `Only ${Math.max(left, 0)} of ${available} connections are left. After that, clients are refused.`,
  ];
}

function sessionWarnings({ connections }: Pick<StackStatus, "connections">): string[] {
  const waiting = connections.sessions.reduce((sum, { waitingForLock }) => sum + waitingForLock, 0);
  const stale = connections.sessions.filter(
    ({ state, oldestTransactionSeconds }) =>
      state?.startsWith("idle in transaction") &&
      (oldestTransactionSeconds ?? 0) > longTransactionSeconds,
  );
  return [
    ...(waiting === 0
      ? []
      : [`${counted(waiting, "session")} ${waiting === 1 ? "waits" : "wait"} for a lock.`]),
    ...stale.map(
      ({ role, oldestTransactionSeconds }) =>
        `A session of ${role ?? "?"} has been idle in a transaction for ${humanDuration(oldestTransactionSeconds ?? 0)}: ` +
        "it holds its locks and keeps vacuum from removing dead rows.",
    ),
  ];
}

function indexWarnings({ indexes }: Pick<StackStatus, "indexes">): string[] {
  if (isUnavailable(indexes)) return [];
  return indexes
    .filter(({ isValid }) => !isValid)
    .map(
      ({ schema, index }) =>
        `Index ${schema}.${index} is invalid, its build failed: queries do not use it. Drop it and create it again.`,
    );
}
