import { stripVTControlCharacters } from "node:util";

import Table from "cli-table3";

export interface Column {
  title?: string;
  /** Numbers are aligned right. Default: left. */
  align?: "left" | "right";
  /** What to do with a text that is wider than the space that the other columns leave. At most one column has this. */
  overflow?: "cut" | "wrap";
}

const indent = "  ";
const gap = "  ";
const narrowest = 24;
const noLines = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ mid: "", "mid-mid": "", "left-mid": "", "right-mid": "" },
  ...{ left: indent, middle: gap, right: "" },
};

/** A table without lines. Titles appear if a column has one. */
export function renderColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  styleOfTitles: (text: string) => string,
): string {
  const titles = columns.map(({ title }) => title ?? "");
  const hasTitles = titles.some((title) => title !== "");
  const natural = columns.map((_, position) =>
    Math.max(
      ...[titles, ...rows].map((row) => stripVTControlCharacters(row[position] ?? "").length),
    ),
  );
  const others = natural.filter((_, position) => columns[position]?.overflow === undefined);
  const taken = others.reduce((sum, one) => sum + one + gap.length, indent.length);
  const left = Math.max(narrowest, width - taken);

  const table = new Table({
    chars: noLines,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colAligns: columns.map(({ align }) => align ?? "left"),
    colWidths: columns.map(({ overflow }, position) =>
      overflow === undefined ? null : Math.min(left, natural[position] ?? left),
    ),
    wordWrap: columns.some(({ overflow }) => overflow === "wrap"),
  });
  if (hasTitles) table.push(titles.map(styleOfTitles));
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
