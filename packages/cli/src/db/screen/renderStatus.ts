import { isUnavailable } from "@hosterizer/postgres/monitoring/databaseStatus";
import type { Paint } from "./paint";
import { renderColumns } from "./renderColumns";
import { renderSummary } from "./renderSummary";
import { replicaSection } from "./sections/replicaSection";
import type { Section } from "./sections/section";
import { sessionSection } from "./sections/sessionSection";
import { statementSection } from "./sections/statementSection";
import { tableSection } from "./sections/tableSection";
import { unusedIndexSection } from "./sections/unusedIndexSection";
import type { StackStatus } from "./stackStatus";

/** The whole screen, in the order in which an operator asks: is all well, who is here, what is slow, where is the space. */
export function renderStatus(status: StackStatus, width: number, paint: Paint): string {
  const { stack, server, database, warnings } = status;
  const address = `${database.name} at ${server.host}:${server.port}, stack ${stack}`;
  const sections = [
    sessionSection(status.connections.sessions),
    replicaSection(status.replicas),
    statementSection(status.slowestStatements),
    tableSection(status.tables),
    unusedIndexSection(status.indexes, database.countedSince),
  ];
  const parts = [
    paint.title(address),
    renderSummary(status, width, paint),
    ...(warnings.length === 0 ? [] : [renderWarnings(warnings, width, paint)]),
    ...sections.filter(hasSomething).map((section) => renderSection(section, width, paint)),
  ];
  return `${parts.join("\n\n")}\n`;
}

function renderWarnings(warnings: readonly string[], width: number, { warning }: Paint): string {
  const rows = warnings.map((text) => [warning("WARNING"), text]);
  return renderColumns([{}, { overflow: "wrap" }], rows, width, (title) => title);
}

function hasSomething({ rows }: Section): boolean {
  return isUnavailable(rows) || rows.length > 0;
}

function renderSection(section: Section, width: number, paint: Paint): string {
  const { title, columns, rows, longest } = section;
  const heading = paint.title(title);
  if (isUnavailable(rows)) return `${heading}\n  not read: ${rows.unavailable}`;
  const list = renderColumns(columns, rows.slice(0, longest), width, paint.label);
  const hidden = rows.length - longest;
  const remark = hidden > 0 ? `\n  ${paint.label(`… and ${hidden} more: --json has all`)}` : "";
  return `${heading}\n${list}${remark}`;
}
