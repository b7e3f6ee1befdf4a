/** Tells the user what is going on. On stderr: stdout belongs to what the user asked for. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

const said = new Set<string>();

/** Says what a command that asks for the same thing several times would repeat. */
export function sayOnce(text: string): void {
  if (!said.has(text)) say(text);
  said.add(text);
}
