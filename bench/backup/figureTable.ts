import Table from "cli-table3";

/** A figure of the backups, and what it should be. */
export interface Figure {
  what: string;
  measured: string;
  /** Undefined: it explains another figure. */
  goal?: string;
}

/** All figures as a table. */
export function renderFigures(figures: readonly Figure[]): string {
  const table = new Table({ head: ["", "measured", "goal"], style: { head: [], border: [] } });
  for (const { what, measured, goal = "" } of figures) table.push([what, measured, goal]);
  return table.toString();
}
