import { styleText } from "node:util";

import { UserError } from "@hosterizer/postgres/userError";
import type { DriftReport } from "./driftReport";
import { compareStack } from "./findDrift";
import { renderDrift } from "./renderDrift";
import { print } from "../terminal";

/** Columns where the output goes to a file or a pipe. */
const defaultWidth = 120;

/**
 * Compares a stack with the program and prints the differences, for people.
 *
 * @param args for `pulumi preview`
 * @throws UserError if the comparison fails
 */
export async function showDrift(stack: string, args: readonly string[]): Promise<DriftReport> {
  const report = await withNotice(`Comparing stack ${stack} with the program …`, () =>
    compareStack(stack, args),
  );
  if (report.status === "broken") {
    throw new UserError(
      `Stack ${stack} cannot be compared with the program:\n${report.error ?? ""}`,
      `Pulumi's own output: npm run preview -- --stack ${stack} --diff`,
    );
  }
  const { stdout } = process;
  // styleText also respects NO_COLOR.
  const style = (name: "bold" | "red") => (text: string) =>
    styleText(name, text, { stream: stdout });
  const screen = { width: stdout.columns || defaultWidth, bold: style("bold"), red: style("red") };
  print(`${renderDrift(report, screen)}\n`);
  return report;
}

/** Shows a line on a terminal while the work runs, and removes it afterwards. */
async function withNotice<T>(line: string, work: () => Promise<T>): Promise<T> {
  const { stderr } = process;
  if (!stderr.isTTY) return work();
  stderr.write(line);
  try {
    return await work();
  } finally {
    stderr.write("\r\u001b[K");
  }
}
