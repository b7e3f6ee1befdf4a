import {
  type IndexFacts,
  isUnavailable,
  type ReplicaFacts,
  type SessionFacts,
  type StatementFacts,
  type TableFacts,
  type Unavailable,
} from "@hosterizer/postgres/monitoring/databaseStatus";
import { humanBytes, humanDuration } from "@hosterizer/postgres/humanNumbers";
import { printableLine } from "@hosterizer/postgres/printable";
import { counted, humanCount } from "../screen/numbers";
import { type Column, renderColumns } from "../screen/renderColumns";
import type { Paint } from "../screen/terminal";
import { drillFigures } from "../backup/drillFigures";
import type { StackStatus } from "./stackStatus";

/** The whole screen, in the order of an operator's questions: is all well, who is here, what is slow, what takes space. */
export function renderStatus(
  status: StackStatus,
  width: number,
  paint: Paint,
  now = Date.now(),
): string {
  const { stack, server, database, warnings } = status;
  const address = `${database.name} at ${server.host}:${server.port}, stack ${stack}`;
  const lists = statusLists(status).filter(({ rows }) => isUnavailable(rows) || rows.length > 0);
  const parts = [
    paint.title(address),
    renderSummary(status, width, paint, now),
    ...(warnings.length === 0 ? [] : [renderWarnings(warnings, width, paint)]),
    ...lists.map((list) => renderList(list, width, paint)),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The single facts: a label and a value each. */
function renderSummary(status: StackStatus, width: number, { label }: Paint, now: number): string {
  const { server, database, connections, replicas } = status;
  const available = connections.maximum - connections.reservedForSuperusers;
  const facts: [string, string][] = [
    ["Server", `PostgreSQL ${server.version}, up ${humanDuration(server.uptimeSeconds)}`],
    ["Schema", schemaLine(status)],
    ["Size", humanBytes(database.sizeBytes)],
    ["Connections", `${connections.used} of ${available}`],
    ["Cache hits", percentage(database.cacheHitRatio)],
    ["Transactions", transactionsLine(status)],
    // Sorts and hashes that had too little memory. Most databases have none.
    ...(database.temporaryBytes === 0 ? [] : [temporaryFiles(database.temporaryBytes)]),
    ["Replication", replicationLine(server, replicas.length)],
    ...drillLines(status, now),
    ...placeLines(server),
  ];
  const rows = facts.map(([name, value]) => [label(name), value]);
  return renderColumns([{}, {}], rows, width, label);
}

function schemaLine({ schema }: StackStatus): string {
  const target = schema.target === null ? "" : ` (target ${schema.target})`;
  const version = `version ${schema.version}${target}`;
  if (schema.pending === null) return `${version}; the migrations folder cannot be read`;
  if (schema.pending.length === 0) return `${version}, no migration pending`;
  const pending = `${counted(schema.pending.length, "migration")} pending:`;
  return [`${version}, ${pending}`, ...schema.pending].join("\n");
}

function percentage(ratio: number | null): string {
  // Rounded down: 100 % means that nothing at all came from the disk.
  return ratio === null ? "nothing read yet" : `${(Math.floor(ratio * 1000) / 10).toFixed(1)} %`;
}

function transactionsLine({ database }: StackStatus): string {
  const { commits, rollbacks, deadlocks } = database;
  const counts = [
    `${commits.toLocaleString("en-US")} committed`,
    `${rollbacks.toLocaleString("en-US")} rolled back`,
    counted(deadlocks, "deadlock"),
  ];
  return counts.join(", ");
}

function temporaryFiles(bytes: number): [string, string] {
  return ["Spilled", `${humanBytes(bytes)} to temporary files`];
}

function replicationLine(server: StackStatus["server"], replicas: number): string {
  const following = replicas === 0 ? "no replica" : counted(replicas, "replica");
  if (!server.isReplica) return following;
  const delay = server.replayDelaySeconds;
  const behind = delay === null ? "an unknown time" : humanDuration(delay);
  return `is a replica itself, ${behind} behind; ${following}`;
}

/** When each repository was last restored by a drill, and how that went. */
function drillLines({ drills }: StackStatus, now: number): [string, string][] {
  return drills.flatMap(({ repository, last }): [string, string][] => {
    if (last === null) return [];
    const name = repository === null || drills.length === 1 ? "Drill" : `Drill ${repository}`;
    return [[name, drillFigures(last, now)]];
  });
}

/** Where to find the log and the data. Only known of servers that this project runs. */
function placeLines({ logFile, dataDirectory, docker }: StackStatus["server"]): [string, string][] {
  if (docker !== null) {
    return [
      ["Log", `docker logs ${docker.container}`],
      ["Data", `volume ${docker.volume}`],
    ];
  }
  if (logFile === null) return [];
  return [
    ["Log", logFile],
    ["Data", dataDirectory ?? "?"],
  ];
}

function renderWarnings(warnings: readonly string[], width: number, { warning }: Paint): string {
  const rows = warnings.map((text) => [warning("WARNING"), text]);
  return renderColumns([{}, { overflow: "wrap" }], rows, width, (title) => title);
}

function renderList(list: StatusList, width: number, paint: Paint): string {
  const { title, columns, rows, limit } = list;
  const heading = paint.title(title);
  if (isUnavailable(rows)) return `${heading}\n  not read: ${rows.unavailable}`;
  // Names and statements are whatever somebody wrote.
  const shown = rows.slice(0, limit).map((cells) => cells.map(printableLine));
  const table = renderColumns(columns, shown, width, paint.label);
  const hidden = rows.length - limit;
  const remark = hidden > 0 ? `\n  ${paint.label(`… and ${hidden} more: --json shows all`)}` : "";
  return `${heading}\n${table}${remark}`;
}

/** A titled list on the status screen. A list without rows is not shown. */
export interface StatusList {
  title: string;
  columns: readonly Column[];
  /** Or why they could not be read. */
  rows: readonly (readonly string[])[] | Unavailable;
  /** How many rows are shown, so that everything fits on one screen. */
  limit: number;
}

/** All lists, in the order of the screen. */
export function statusLists(status: StackStatus): StatusList[] {
  return [
    sessions(status.connections.sessions),
    replicas(status.replicas),
    slowestStatements(status.slowestStatements),
    tables(status.tables),
    unusedIndexes(status.indexes, status.database.countedSince),
  ];
}

/** Who is connected, and what they do. */
function sessions(found: readonly SessionFacts[]): StatusList {
  return {
    title: "Sessions",
    limit: 8,
    columns: [
      { title: "Role" },
      { title: "Database" },
      { title: "State" },
      { title: "Sessions", align: "right" },
      { title: "Waiting for a lock", align: "right" },
      { title: "Oldest transaction", align: "right" },
    ],
    rows: found.map((one) => [
      one.role ?? empty,
      one.database ?? empty,
      one.state ?? empty,
      humanCount(one.sessions),
      one.waitingForLock === 0 ? empty : humanCount(one.waitingForLock),
      orEmpty(one.oldestTransactionSeconds, humanDuration),
    ]),
  };
}

/** Which servers replicate this one, and how far they lag. */
function replicas(found: readonly ReplicaFacts[]): StatusList {
  return {
    title: "Replicas",
    limit: 8,
    columns: [
      { title: "Name" },
      { title: "Address" },
      { title: "State" },
      { title: "Sync" },
      { title: "Behind", align: "right" },
      { title: "Delay", align: "right" },
    ],
    rows: found.map((one) => [
      one.name,
      one.address ?? empty,
      one.state ?? empty,
      one.syncState ?? empty,
      orEmpty(one.lagBytes, humanBytes),
      orEmpty(one.lagSeconds, humanDuration),
    ]),
  };
}

/** By mean time. */
function slowestStatements(found: readonly StatementFacts[] | Unavailable): StatusList {
  return {
    title: "Slowest statements",
    limit: 5,
    columns: [
      { title: "Mean", align: "right" },
      { title: "Calls", align: "right" },
      { title: "Total", align: "right" },
      { title: "Role" },
      { title: "Statement", overflow: "cut" },
    ],
    rows: isUnavailable(found)
      ? found
      : found.map(({ meanMs, calls, totalMs, role, query }) => [
          humanDuration(meanMs / 1000),
          humanCount(calls),
          humanDuration(totalMs / 1000),
          role,
          inOneLine(query),
        ]),
  };
}

/** What takes space. */
function tables(found: readonly TableFacts[] | Unavailable): StatusList {
  return {
    title: "Tables",
    limit: 10,
    columns: [
      { title: "Table" },
      { title: "Rows, about", align: "right" },
      { title: "Dead rows", align: "right" },
      { title: "Data", align: "right" },
      { title: "Indexes", align: "right" },
      { title: "Total", align: "right" },
    ],
    rows: isUnavailable(found)
      ? found
      : found.map((one) => [
          qualified(one.schema, one.table),
          humanCount(one.estimatedRows),
          humanCount(one.deadRows),
          humanBytes(one.tableBytes),
          humanBytes(one.indexBytes),
          humanBytes(one.totalBytes),
        ]),
  };
}

/** Indexes that cost writes and space although no query uses them. Those of constraints are needed anyway. */
function unusedIndexes(found: readonly IndexFacts[] | Unavailable, countedSince: Date): StatusList {
  const since = countedSince.toISOString().slice(0, 16).replace("T", " ");
  return {
    title: `Indexes that no query has used since ${since} UTC`,
    limit: 5,
    columns: [{ title: "Index" }, { title: "Table" }, { title: "Size", align: "right" }],
    rows: isUnavailable(found)
      ? found
      : found
          .filter(({ scans, isConstraint }) => scans === 0 && !isConstraint)
          .sort((one, other) => other.sizeBytes - one.sizeBytes)
          .map(({ index, schema, table, sizeBytes }) => [
            index,
            qualified(schema, table),
            humanBytes(sizeBytes),
          ]),
  };
}

/** Fills a cell that has no value. */
const empty = "–";

function orEmpty(value: number | null, render: (value: number) => string): string {
  return value === null ? empty : render(value);
}

/** A table's name. Most are in public, so that schema is left out. */
function qualified(schema: string, table: string): string {
  return schema === "public" ? table : `${schema}.${table}`;
}

function inOneLine(query: string): string {
  return query.replace(/--.*$/gm, "").replace(/\s+/g, " ").trim();
}
