import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { renderDrift } from "@hosterizer/cli/drift/renderDrift";

/** The differences that `npm run drift` and `npm run preview` print, each as one line. */
export function differenceLines(output: string): string[] {
  const found = output.matchAll(/^ {2}[! ] (\S.*(?:\n {8}\S.*)*)$/gm);
  return Array.from(found, ([, lines = ""]) => lines.replaceAll(/\n +/g, " "));
}

/** The lines that they print for these differences. */
export function linesOf(stack: string, differences: readonly Difference[]): string[] {
  const plain = (text: string) => text;
  const screen = { width: 120, bold: plain, red: plain };
  return differenceLines(
    renderDrift({ stack, status: "drift", differences, warnings: [] }, screen),
  );
}
