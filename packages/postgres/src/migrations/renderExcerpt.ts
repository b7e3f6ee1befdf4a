import type { Location } from "../sql/locate";

const width = 100;

/** The line of a location with a caret under its column; a long line is cut around it. */
export function renderExcerpt({ line, column, text }: Location): string {
  const characters = Array.from(text);
  const start = characters.length <= width ? 0 : Math.max(0, column - 1 - width / 2);
  const shown = characters.slice(start, start + width);
  const label = `  ${line} | `;
  // Tabs stay tabs, so that the caret moves with them.
  const padding = shown.slice(0, column - 1 - start).map((c) => (c === "\t" ? c : " "));
  return `${label}${shown.join("")}\n${" ".repeat(label.length - 2)}| ${padding.join("")}^`;
}
