/**
 * A text that somebody else wrote, such as a name or a statement in a database, harmless to the terminal that shows it: whatever is a command
 * to a terminal, or changes the direction of writing, is shown as its escape, `\u001b`. Lines stay lines. JSON stays the same JSON.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) =>
    character === "\n" || character === "\t" ? character : escapeOf(character),
  );
}

/** The same on one line, so that no name can look like a line of ours. */
export function printableLine(text: string): string {
  return printable(text)
    .replaceAll("\n", String.raw`\n`)
    .replaceAll("\t", String.raw`\t`);
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
