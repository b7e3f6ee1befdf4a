import { type DrillRecord, drillFolder } from "./drillRecord";
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
export async function readDrillRecords(
  run: (args: readonly string[]) => Promise<Pick<PgBackRestRun, "code" | "output">>,
  count = 1,
): Promise<DrillRecord[] | undefined> {
  const listing = await run(["--output=json", "repo-ls", drillFolder]);
  if (listing.code !== 0) return undefined;
  const names = Object.keys(JSON.parse(listing.output) as object)
    .filter((name) => name.endsWith(".json"))
    .sort();
  const records: DrillRecord[] = [];
  for (const name of names.slice(-count)) {
    const { code, output } = await run(["--raw", "repo-get", `${drillFolder}/${name}`]);
    if (code === 0) records.push(JSON.parse(output) as DrillRecord);
  }
  return records;
}
