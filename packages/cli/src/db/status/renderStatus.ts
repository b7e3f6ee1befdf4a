import { isUnavailable } from "@hosterizer/postgres/monitoring/databaseStatus";
import { counted, humanBytes, humanDuration } from "../screen/numbers";
import { renderColumns } from "../screen/renderColumns";
import type { Paint } from "../screen/terminal";
import type { StackStatus } from "./stackStatus";
import { type StatusList, statusLists } from "./statusLists";

/** The whole screen, in the order of an operator's questions: is all well, who is here, what is slow, what takes space. */
export function renderStatus(status: StackStatus, width: number, paint: Paint): string {
  const { stack, server, database, warnings } = status;
  const address = `${database.name} at ${server.host}:${server.port}, stack ${stack}`;
  const lists = statusLists(status).filter(({ rows }) => isUnavailable(rows) || rows.length > 0);
  const parts = [
    paint.title(address),
    renderSummary(status, width, paint),
    ...(warnings.length === 0 ? [] : [renderWarnings(warnings, width, paint)]),
    ...lists.map((list) => renderList(list, width, paint)),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The single facts: a label and a value each. */
function renderSummary(status: StackStatus, width: number, { label }: Paint): string {
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
  const table = renderColumns(columns, rows.slice(0, limit), width, paint.label);
  const hidden = rows.length - limit;
  const remark = hidden > 0 ? `\n  ${paint.label(`… and ${hidden} more: --json has all`)}` : "";
  return `${heading}\n${table}${remark}`;
}
