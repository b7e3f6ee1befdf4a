import { styleText } from "node:util";

import { CommandError } from "../commandError";
import type { DriftReport } from "./driftReport";
import { compareStack } from "./findDrift";
import { renderDrift } from "./renderDrift";

/** Columns where the text goes to a file or a pipe. */
const usualWidth = 120;

/**
 * Compares a stack with the program and prints what differs, for people.
 *
 * @param args for `pulumi preview`
 * @throws CommandError if it could not be found out
 */
export async function showDrift(stack: string, args: readonly string[]): Promise<DriftReport> {
  const report = await whileSaid(`Comparing stack ${stack} with the program …`, () =>
    compareStack(stack, args),
  );
  if (report.status === "broken") {
    throw new CommandError(
      `Stack ${stack} cannot be compared with the program:\n${report.error ?? ""}`,
      `As Pulumi tells it: npm run preview -- --stack ${stack} --diff`,
    );
  }
  const { stdout } = process;
  // Which also heeds NO_COLOR.
  const style = (name: "bold" | "red") => (text: string) =>
    styleText(name, text, { stream: stdout });
  const screen = { width: stdout.columns || usualWidth, bold: style("bold"), red: style("red") };
  stdout.write(`${renderDrift(report, screen)}\n`);
  return report;
}

/** On a terminal, a line that is gone afterwards: a comparison takes a while. */
async function whileSaid<T>(line: string, work: () => Promise<T>): Promise<T> {
  const { stderr } = process;
  if (!stderr.isTTY) return work();
  stderr.write(line);
  try {
    return await work();
  } finally {
    stderr.write("\r\u001b[K");
  }
}
