import {
  describeCell,
  type IsolationProof,
  type NotProven,
  type ProofCell,
  proofContexts,
} from "@hosterizer/postgres/isolation/isolationProof";
import type { Paint } from "./paint";
import { counted } from "./counted";
import { renderColumns } from "./renderColumns";

/** Wide enough for every column: a matrix that is cut shows less than it proves. */
const width = 140;

/** For each role a matrix of tables and contexts, then every cell that failed, in full. */
export function renderProof(proof: IsolationProof, style: Paint): string {
  const parts = proof.roles.map((role) => matrixOf(proof, role, style));
  const failed = proof.cells.filter(({ ok }) => !ok);
  if (failed.length > 0) {
    parts.push([style.title("Not as it must be"), ...failed.map(failure)].join("\n"));
  }
  if (proof.notProven.length > 0) {
    const lines = notProvenLines(proof.notProven);
    parts.push([style.title("Not proven"), ...lines].join("\n"));
  }
  return `${[...parts, summary(proof, style)].join("\n\n")}\n`;
}

/** What has the same reason stands together. */
function notProvenLines(notProven: readonly NotProven[]): string[] {
  const tables = new Map<string, string[]>();
  for (const { role, schema, table, commands, reason } of notProven) {
    const what = `${role}${commands.length > 0 ? `, ${commands.join(", ")}` : ""}: ${reason}`;
    tables.set(what, [...(tables.get(what) ?? []), `${schema}.${table}`]);
  }
  return [...tables].map(([what, names]) => `  ${what} (${names.join(", ")})`);
}

function matrixOf({ tables, cells }: IsolationProof, role: string, style: Paint): string {
  const own = cells.filter((cell) => cell.role === role);
  const columns = [
    { title: "Table" },
    ...proofContexts.map((title) => ({ title, align: "right" as const })),
  ];
  const rows = tables.map((name) => [
    name,
    ...proofContexts.map((context) =>
      tally(
        own.filter((cell) => `${cell.schema}.${cell.table}` === name && cell.context === context),
        style,
      ),
    ),
  ]);
  const matrix = renderColumns(columns, rows, width, (text) => style.label(text));
  return `${style.title(role)}\n${matrix.trimEnd()}`;
}

/** How many were tried, if all are as they must be. */
function tally(cells: readonly ProofCell[], style: Paint): string {
  const failed = cells.filter(({ ok }) => !ok).length;
  if (cells.length === 0) return style.label("-");
  if (failed > 0) return style.failure(`${failed} of ${cells.length} FAIL`);
  return style.success(`${cells.length} ok`);
}

function failure(cell: ProofCell) {
  return `  ${describeCell(cell)}${cell.detail === "" ? "" : ` (${cell.detail})`}`;
}

function summary(
  { summary: { ok, tried, failed, milliseconds }, tables, roles }: IsolationProof,
  style: Paint,
) {
  const what = `${counted(tried, "attempt")} as ${counted(roles.length, "role")} on ${counted(tables.length, "table")} in ${(milliseconds / 1000).toFixed(1)} s`;
  return ok
    ? style.success(`${what}: nothing leaks.`)
    : style.failure(`${what}: ${failed} not as they must be.`);
}
