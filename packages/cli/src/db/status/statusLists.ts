import {
  type IndexFacts,
  isUnavailable,
  type ReplicaFacts,
  type SessionFacts,
  type StatementFacts,
  type TableFacts,
  type Unavailable,
} from "@hosterizer/postgres/monitoring/databaseStatus";
import { humanBytes, humanCount, humanDuration } from "../screen/numbers";
import type { Column } from "../screen/renderColumns";
import type { StackStatus } from "./stackStatus";

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
