import type { Unavailable } from "@hosterizer/postgres/monitoring/databaseStatus";
import type { Column } from "../renderColumns";

/** A list on the screen, with a title. A list without rows isn't shown. */
export interface Section {
  title: string;
  columns: readonly Column[];
  /** Or why there are none. */
  rows: readonly (readonly string[])[] | Unavailable;
  /** How many rows are shown, so that the whole stays one screen. */
  longest: number;
}

/** What stands in a cell when there is nothing to say. */
export const nothing = "–";
