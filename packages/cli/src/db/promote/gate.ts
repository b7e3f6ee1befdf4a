import { showStep } from "./checkList";
import type { PromotionRecord } from "./promotionFiles";

/** What a step has found, in one line and as data. */
export interface Evidence {
  summary: string;
  data?: unknown;
}

/** A step of the gate as it ended. */
type StepRecord = PromotionRecord["steps"][number];

/** The steps of a promotion, one after the other. The first that fails ends it. */
export class Gate {
  /**
   * @param count how many steps there are
   * @param steps those that were taken before
   */
  constructor(
    private readonly count: number,
    readonly steps: StepRecord[] = [],
  ) {}

  /**
   * Runs a step and shows how it ends.
   *
   * @param run Throws an error that says what stands in the way, and what to do about it.
   */
  async step<T extends Evidence>(title: string, run: () => Promise<T>): Promise<T> {
    const number = this.steps.length + 1;
    const begin = performance.now();
    const show = showStep(`${number}/${this.count} ${title}`);
    const end = (outcome: StepRecord["outcome"], evidence: Evidence) => {
      const milliseconds = Math.round(performance.now() - begin);
      this.steps.push({ number, title, outcome, milliseconds, ...evidence });
      show(outcome, evidence.summary, milliseconds);
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
