/** A change of one of the project's files. The test that made it undoes it. */
export type FileChange =
  /** Text to replace; it must exist. */
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
  /** What `up` does: repairs it, fails before it changes anything, or leaves it. */
  up: "repairs" | "refuses" | "leaves";
  /** SQL that undoes it where `up` does not. Changes of files are undone without it. */
  undo?: string;
  /** What else an operator should know, for the page. */
  note?: string;
  /** Cases that hide each other are in different rounds; all cases of a round are broken at once. Default 1. */
  round?: number;
}
