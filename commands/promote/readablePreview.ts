import { stripVTControlCharacters } from "node:util";

/** Longer lines hold a value that did not change, such as the SQL of a function. */
const longest = 400;

/** Pulumi's preview for a person: what would change, without what the refresh before it has read. */
export function readablePreview(printed: string): string {
  const text = stripVTControlCharacters(printed).trim();
  const changes = text.search(/^ *pulumi:pulumi:Stack: \(same\)$/m);
  const lines = text.slice(Math.max(changes, 0)).split("\n");
  return lines
    .filter((line) => !line.startsWith("@ previewing"))
    .map((line) => (line.length > longest ? `${line.slice(0, longest)} …` : line))
    .join("\n");
}
