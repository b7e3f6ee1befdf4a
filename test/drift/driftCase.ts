/** A change of one of the project's files. The test that made it takes it back. */
export type FileChange =
  /** Replaces text that has to be there. */
  | { file: string; from: string; to: string }
  /** Writes the whole file, which may be new. */
  | { file: string; text: string }
  | { file: string; movedTo: string }
  | { file: string; removed: true };

/** One kind of drift: what somebody did by hand, how preview shows it, and what `up` does about it. */
export interface DriftCase<Change = FileChange> {
  /** The kind of the difference, such as `policy added`. */
  kind: string;
  /** A sentence without its full stop: `a policy is added beside ours`. */
  what: string;
  /** SQL that a superuser runs in the database of a running stack, or changes of something else, in this order. */
  break: string | readonly Change[];
  /** Part of the line that shows it: what `renderDifference` makes of the difference. */
  says: string | RegExp;
  /** Options of plain `pulumi preview`, if only that can show it, because `npm run drift` cannot or repairs it first. */
  shownBy?: readonly string[];
  /** What `up` does: puts it right, fails before it changes anything, or leaves it. */
  up: "repairs" | "refuses" | "leaves";
  /** SQL that ends it where `up` does not. Changes of files are taken back without. */
  undo?: string;
  /** What an operator has to know beyond that, for the page. */
  note?: string;
  /** Cases that hide each other go to different rounds; all of one round are broken at once. Default 1. */
  round?: number;
}
