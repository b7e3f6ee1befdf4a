import {
  isUnavailable,
  type StatementFacts,
  type Unavailable,
} from "@hosterizer/postgres/monitoring/databaseStatus";
import { humanCount } from "../humanCount";
import { humanDuration } from "../humanDuration";
import type { Section } from "./section";

/** What takes longest, on average. */
export function statementSection(statements: readonly StatementFacts[] | Unavailable): Section {
  return {
    title: "Slowest statements",
    longest: 5,
    columns: [
      { title: "Mean", align: "right" },
      { title: "Calls", align: "right" },
      { title: "Total", align: "right" },
      { title: "Role" },
      { title: "Statement", overflow: "cut" },
    ],
    rows: isUnavailable(statements)
      ? statements
      : statements.map(({ meanMs, calls, totalMs, role, query }) => [
          humanDuration(meanMs / 1000),
          humanCount(calls),
          humanDuration(totalMs / 1000),
          role,
          inOneLine(query),
        ]),
  };
}

function inOneLine(query: string): string {
  return query.replace(/--.*$/gm, "").replace(/\s+/g, " ").trim();
}
