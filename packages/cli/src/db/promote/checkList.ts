import { clearLine, cursorTo } from "node:readline";

import { humanDuration } from "../screen/humanDuration";
import { paintOutput } from "../screen/terminal";

/** Shows a step as running where somebody watches, and returns what shows its end. */
export function showStep(
  title: string,
): (outcome: "passed" | "failed", summary: string, milliseconds: number) => void {
  const { stdout } = process;
  const style = paintOutput();
  if (stdout.isTTY) stdout.write(`… ${title}`);
  return (outcome, summary, milliseconds) => {
    if (stdout.isTTY) {
      clearLine(stdout, 0);
      cursorTo(stdout, 0);
    }
    const mark = outcome === "passed" ? style.success("✓") : style.failure("✗");
    const [first = "", ...others] = summary.split("\n");
    const time = style.label(`(${humanDuration(milliseconds / 1000)})`);
    // What stands in the way is said in full at the end.
    const lines = outcome === "passed" ? others.map((line) => `\n      ${line}`) : [];
    stdout.write(`${mark} ${title}: ${first} ${time}${lines.join("")}\n`);
  };
}
