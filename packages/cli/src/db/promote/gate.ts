import { clearLine, cursorTo } from "node:readline";

import { humanDuration } from "@hosterizer/postgres/humanNumbers";
import { paintOutput } from "../screen/terminal";
import type { StepRecord } from "./promotionRecord";
import { print } from "../../terminal";

/** What a step found, as text and as data. */
export interface Evidence {
  /** The first line stands on its own. */
  summary: string;
  data?: unknown;
}

/** The steps of a promotion, one after the other. The first one that fails ends it. */
export class Gate {
  /**
   * @param count how many steps there are
   * @param steps the steps that an earlier command took
   */
  constructor(
    private readonly count: number,
    readonly steps: StepRecord[] = [],
  ) {}

  /**
   * Runs a step, records it and shows how it ends.
   *
   * @param run Throws an error that says why the promotion cannot go ahead, and what to do about it.
   */
  async step<T extends Evidence>(title: string, run: () => Promise<T>): Promise<T> {
    const number = this.steps.length + 1;
    const begin = performance.now();
    const showEnd = showStep(`${number}/${this.count} ${title}`);
    const end = (outcome: StepRecord["outcome"], evidence: Evidence) => {
      const milliseconds = Math.round(performance.now() - begin);
      this.steps.push({ number, title, outcome, milliseconds, ...evidence });
      showEnd(outcome, evidence.summary, milliseconds);
    };
    try {
      const found = await run();
      end("passed", { summary: found.summary, data: found.data });
      return found;
    } catch (error) {
      end("failed", { summary: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }
}

/** Shows a step as running if standard output is a terminal. @returns a function that shows how it ends */
function showStep(
  title: string,
): (outcome: StepRecord["outcome"], summary: string, milliseconds: number) => void {
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
    // The whole message of a failed step is shown when the command ends.
    const lines = outcome === "passed" ? others.map((line) => `\n      ${line}`) : [];
    print(`${mark} ${title}: ${first} ${time}${lines.join("")}\n`);
  };
}
