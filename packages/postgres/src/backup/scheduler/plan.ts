import type { DrillPlan } from "../drill/drillPlan";
import type { BackupDeclaration } from "../pgbackrest/backupDeclaration";

/** What the scheduler works by: a file beside pgbackrest.conf. */
export interface Plan extends Pick<BackupDeclaration, "schedule" | "drillSchedule"> {
  /** Numbers of the repositories, as pgBackRest counts them. */
  repositories: readonly number[];
  drill: DrillPlan;
}

/** The argument of a drill that compares its rows with no previous one. */
export const acceptRowsWord = "accept-rows";

/** The argument of a drill that ends when its standard input does: with the command that waits for it. */
export const untilInputEndsWord = "until-input-ends";

/** Its name in `backupPaths.configuration`. */
export const planFile = "scheduler.json";

/** A file beside it that is written when backups are turned off, and stays. */
export const offFile = "backups-off";

export function planOf(
  { schedule, drillSchedule, repositories }: BackupDeclaration,
  drill: DrillPlan,
): Plan {
  return {
    ...{ schedule, drillSchedule, drill },
    repositories: repositories.map(({ number }) => number),
  };
}
