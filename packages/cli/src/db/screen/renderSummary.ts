import { counted } from "./counted";
import { humanBytes } from "./humanBytes";
import { humanDuration } from "./humanDuration";
import type { Paint } from "./paint";
import { renderColumns } from "./renderColumns";
import type { StackStatus } from "./stackStatus";

/** The facts that there is one of: a label and a value each. */
export function renderSummary(status: StackStatus, width: number, { label }: Paint): string {
  const { server, database, connections, replicas } = status;
  const available = connections.maximum - connections.reservedForSuperusers;
  const facts: [string, string][] = [
    ["Server", `PostgreSQL ${server.version}, up ${humanDuration(server.uptimeSeconds)}`],
    ["Schema", schemaLine(status)],
    ["Size", humanBytes(database.sizeBytes)],
    ["Connections", `${connections.used} of ${available}`],
    ["Cache hits", percentage(database.cacheHitRatio)],
    ["Transactions", transactionsLine(status)],
    // Sorts and hashes that had too little memory; an operator looks for them when there are any.
    ...(database.temporaryBytes === 0 ? [] : [temporaryFiles(database.temporaryBytes)]),
    ["Replication", replicationLine(server, replicas.length)],
  ];
  facts.push(...placeLines(server));
  const rows = facts.map(([name, value]) => [label(name), value]);
  return renderColumns([{}, {}], rows, width, label);
}

/** Only a server that this project runs has a log that one can open. */
function placeLines({ logFile, dataDirectory, docker }: StackStatus["server"]): [string, string][] {
  if (docker !== null) {
    return [
      ["Log", `docker logs ${docker.container}`],
      ["Data", `volume ${docker.volume}`],
    ];
  }
  return logFile === null
    ? []
    : [
        ["Log", logFile],
        ["Data", dataDirectory ?? "?"],
      ];
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
  // Rounded down: 100 % is said when nothing at all came from the disk.
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
