import { isUnavailable } from "@hosterizer/postgres/monitoring/databaseStatus";
import { counted } from "./counted";
import { humanDuration } from "./humanDuration";
import type { StackStatus } from "./stackStatus";

/** The first release of PostgreSQL 15 in which row-level security holds in every statement. */
const soundVersion = 150020;
const fewConnections = 0.2;
const longTransactionSeconds = 300;

/** What an operator should know first. Empty when all is well. */
export function statusWarnings(status: Omit<StackStatus, "warnings">): string[] {
  return [
    ...versionWarnings(status),
    ...status.schema.faults.map((fault) => fault.replaceAll("\n", " ")),
    ...connectionWarnings(status),
    ...sessionWarnings(status),
    ...indexWarnings(status),
  ];
}

function versionWarnings({ server }: Pick<StackStatus, "server">): string[] {
  if (server.versionNumber >= soundVersion) return [];
  return [
    `PostgreSQL ${server.version} is older than 15.20: in it, INSERT … ON CONFLICT reads rows that row-level security hides. ` +
      "Keep no customer's data on it; update the server.",
  ];
}

function connectionWarnings({ connections }: Pick<StackStatus, "connections">): string[] {
  const { used, maximum, reservedForSuperusers } = connections;
  const available = maximum - reservedForSuperusers;
  const left = available - used;
  if (left > available * fewConnections) return [];
  return [
    `Only ${Math.max(left, 0)} of ${available} connections are left. Whoever comes after them is refused.`,
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
        "it keeps its locks, and vacuum from removing dead rows.",
    ),
  ];
}

function indexWarnings({ indexes }: Pick<StackStatus, "indexes">): string[] {
  if (isUnavailable(indexes)) return [];
  return indexes
    .filter(({ isValid }) => !isValid)
    .map(
      ({ schema, index }) =>
        `Index ${schema}.${index} was not built to its end: queries do not use it. Drop it and create it again.`,
    );
}
