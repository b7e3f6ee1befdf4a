/** The words of a text in lines of at most `width` columns; a longer word has a line to itself. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** What an operator should know, as commands print it: each warning from the beginning of a line. */
export function warningLines(warnings: readonly string[], width: number): string[] {
  return warnings.flatMap((warning) => wrapped(`Warning: ${warning}`, width));
}
