import type { SessionFacts } from "@hosterizer/postgres/monitoring/databaseStatus";
import { humanCount } from "../humanCount";
import { humanDuration } from "../humanDuration";
import { nothing, type Section } from "./section";

/** Who is connected, and what they do. */
export function sessionSection(sessions: readonly SessionFacts[]): Section {
  return {
    title: "Sessions",
    longest: 8,
    columns: [
      { title: "Role" },
      { title: "Database" },
      { title: "State" },
      { title: "Sessions", align: "right" },
      { title: "Waiting for a lock", align: "right" },
      { title: "Oldest transaction", align: "right" },
    ],
    rows: sessions.map((one) => [
      one.role ?? nothing,
      one.database ?? nothing,
      one.state ?? nothing,
      humanCount(one.sessions),
      one.waitingForLock === 0 ? nothing : humanCount(one.waitingForLock),
      one.oldestTransactionSeconds === null ? nothing : humanDuration(one.oldestTransactionSeconds),
    ]),
  };
}
