import {
  type IndexFacts,
  isUnavailable,
  type Unavailable,
} from "@hosterizer/postgres/monitoring/databaseStatus";
import { humanBytes } from "../humanBytes";
import { qualified } from "./qualified";
import type { Section } from "./section";

/** Indexes that cost writes and space, and that no query has used. Those of keys are needed either way. */
export function unusedIndexSection(
  indexes: readonly IndexFacts[] | Unavailable,
  countedSince: Date,
): Section {
  const day = countedSince.toISOString().slice(0, 16).replace("T", " ");
  return {
    title: `Indexes that no query has used since ${day} UTC`,
    longest: 5,
    columns: [{ title: "Index" }, { title: "Table" }, { title: "Size", align: "right" }],
    rows: isUnavailable(indexes)
      ? indexes
      : indexes
          .filter(({ scans, isConstraint }) => scans === 0 && !isConstraint)
          .sort((one, other) => other.sizeBytes - one.sizeBytes)
          .map(({ index, schema, table, sizeBytes }) => [
            index,
            qualified(schema, table),
            humanBytes(sizeBytes),
          ]),
  };
}
