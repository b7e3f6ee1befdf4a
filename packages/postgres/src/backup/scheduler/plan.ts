import type { DrillPlan } from "../drill/drillPlan";
import type { BackupDeclaration, Repository } from "../pgbackrest/backupDeclaration";

/** What the scheduler works by: a file beside pgbackrest.conf. */
export interface Plan extends Pick<BackupDeclaration, "schedule" | "drillSchedule"> {
  repositories: readonly PlannedRepository[];
  drill: DrillPlan;
}

/** A repository, as the scheduler knows it. */
export interface PlannedRepository {
  /** As pgBackRest counts it. */
  number: number;
  /** Another one that takes its number has another. */
  place: string;
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
    repositories: repositories.map((each) => ({ number: each.number, place: placeOf(each) })),
  };
}

/** The numbers of its repositories. */
export function numbersOf({ repositories }: Pick<Plan, "repositories">): number[] {
  return repositories.map(({ number }) => number);
}

function placeOf(repository: Repository): string {
  if (repository.type === "volume") return repository.path;
  const { endpoint, port, bucket, path } = repository;
  return `${endpoint}:${port}/${bucket}${path}`;
}
