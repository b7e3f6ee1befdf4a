import { type DrillRecord, drillFolder, drillRecord } from "./drillRecord";
import { type OwnRecords, readOwnRecords } from "../pgbackrest/ownRecords";
import { type PgBackRestRun, putIntoRepository } from "../pgbackrest/runPgBackRest";

/** Records a drill in its repository. */
export async function writeDrillRecord(repository: number, record: DrillRecord): Promise<void> {
  const name = record.time.replaceAll(/[:.]/g, "-");
  await putIntoRepository(repository, `${drillFolder}/${name}.json`, JSON.stringify(record));
}

/**
 * The drills of a repository, oldest first.
 *
 * @param run runs a command of pgBackRest on that repository
 * @param count so many of the newest at most
 * @returns undefined if the repository cannot be read
 */
export function readDrillRecords(
  run: (args: readonly string[]) => Promise<Pick<PgBackRestRun, "code" | "output">>,
  count = 1,
): Promise<OwnRecords<DrillRecord> | undefined> {
  return readOwnRecords(run, drillFolder, drillRecord, count);
}
