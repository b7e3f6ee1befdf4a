import { createInterface } from "node:readline/promises";

import { printable } from "@hosterizer/postgres/printable";

/** Prints what the user asked for, on stdout. */
export function print(text: string): void {
  process.stdout.write(harmless(text));
}

/** Prints a line of what the user asked for, on stdout. */
export function printLine(line: string): void {
  print(`${line}\n`);
}

/** Tells the user what happens. On stderr: stdout belongs to what the user asked for. */
export function say(text: string): void {
  process.stderr.write(`${harmless(text)}\n`);
}

/** The styles of `screen/terminal.ts`, as Node.js writes them. Every other command to a terminal comes from somewhere else. */
const styles = /(\u001b\[(?:1|2|22|31|32|33|39)m)/;

/** Parts of a text may be from the database. */
function harmless(text: string): string {
  return text
    .split(styles)
    .map((part, index) => (index % 2 === 0 ? printable(part) : part))
    .join("");
}

const said = new Set<string>();

/** The same for a text that one command would repeat. */
export function sayOnce(text: string): void {
  if (!said.has(text)) say(text);
  said.add(text);
}

/** Milliseconds after which a user wants to know what a command does. */
const patience = 2_000;

/**
 * Says what a command is doing once it has taken two seconds: the steps so far, and then each new one. None is left out: a table that is not
 * named would look like one that is missing.
 *
 * @returns to call with each step
 */
export function lateProgress<T>(describe: (step: T) => string): (step: T) => void {
  const began = Date.now();
  const untold: T[] = [];
  return (step) => {
    untold.push(step);
    if (Date.now() - began < patience) return;
    for (const each of untold.splice(0)) say(`${describe(each)} …`);
  };
}

/**
 * Says every two seconds how far a command is, from the second second on.
 *
 * @returns to call as often as anything moves
 */
export function steadyProgress(): (text: string) => void {
  let last = Date.now();
  return (text) => {
    if (Date.now() - last < patience) return;
    last = Date.now();
    say(`${text} …`);
  };
}

/** Asks the user a question. @returns the line that was typed */
export async function askOnTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
