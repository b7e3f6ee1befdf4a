/** Tells the user what is going on. On stderr: stdout belongs to what the user asked for. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
