import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { humanDuration } from "../../humanNumbers";
import { describeDrill, type DrillRecord } from "../drill/drillRecord";
import { readDrillRecords } from "../drill/drillRecords";
import { type LastDrill, lastDrillOf, readCopy, writeLastDrills } from "../drill/lastDrills";
import { type DrillOptions, runDrill } from "../drill/runDrill";
import { damagedRecord } from "../pgbackrest/ownRecords";
import { runPgBackRest } from "../pgbackrest/runPgBackRest";
import { isAhead, nextTime } from "../schedule";
import { log } from "./log";
import { numbersOf, type Plan } from "./plan";

/** Drills each repository as scheduled, until the process ends. One that was due while this container did not run is made up for. */
export async function scheduleDrills(plan: Plan, signal: AbortSignal): Promise<void> {
  // The volume may be new, or of another repository.
  await copyRecords(plan, signal);
  // Until a heartbeat of now is in the archive, a drill would miss it.
  await sleep(180_000, undefined, { signal });
  const started = new Date();
  /** Where a record could not be written, the next drill is not due at once. */
  const tried = new Map<number, Date>();
  while (!signal.aborted) {
    for (const repository of numbersOf(plan)) {
      try {
        const last = (await lastDrill(repository, signal)) ?? started;
        const after = new Date(Math.max(last.getTime(), tried.get(repository)?.getTime() ?? 0));
        const due = nextTime(plan.drillSchedule, after);
        if (due === undefined || due.getTime() > Date.now()) continue;
        tried.set(repository, new Date());
        const record = await drillAlone(repository, plan, {}, signal);
        const took = humanDuration(record.seconds);
        log(`repository ${repository}: a drill of ${took} ${describeDrill(record)}`);
      } catch (error) {
        signal.throwIfAborted();
        log(`repository ${repository}: the drill failed: ${String(error)}`);
      }
    }
    await sleep(60_000, undefined, { signal });
  }
}

async function lastDrill(repository: number, signal: AbortSignal): Promise<Date | undefined> {
  const run = (args: readonly string[]) => runPgBackRest([`--repo=${repository}`, ...args], signal);
  const [newest] = (await readDrillRecords(run))?.records ?? [];
  if (newest === undefined) return undefined;
  // One that a wrong clock has dated ahead would put all others off until then.
  const records = isAhead(new Date(newest.time))
    ? ((await readDrillRecords(run, 20))?.records ?? [])
    : [newest];
  const last = records.findLast(({ time }) => !isAhead(new Date(time)));
  return last === undefined ? undefined : new Date(last.time);
}

/** Another drill runs: both would use one volume. */
export class DrillRunning extends Error {
  override readonly name = "DrillRunning";
}

/**
 * Runs a drill, if no other runs in this container.
 *
 * @throws DrillRunning
 */
export async function drillAlone(
  repository: number,
  plan: Plan,
  options: DrillOptions,
  signal: AbortSignal,
): Promise<DrillRecord> {
  const lock = await takeLock();
  try {
    const record = await runDrill(repository, plan.drill, options, signal);
    await copyRecords(plan, signal, record);
    return record;
  } finally {
    lock.close();
  }
}

/**
 * Copies what the repositories' records say to where the program reads it. What is known of a repository that cannot be read stays.
 *
 * @param ended a drill that has just ended: its record may not be in a repository that fails
 */
export async function copyRecords(
  plan: Pick<Plan, "repositories">,
  signal: AbortSignal,
  ended?: DrillRecord,
): Promise<void> {
  try {
    const known = await readCopy();
    const drills: LastDrill[] = [];
    for (const repository of numbersOf(plan)) {
      const run = (args: readonly string[]) =>
        runPgBackRest([`--repo=${repository}`, ...args], signal);
      const read = await readDrillRecords(run, 20);
      const { records, damaged } = read ?? { records: [], damaged: [] };
      for (const path of damaged) log(damagedRecord(repository, path));
      const own = ended?.repository === repository ? ended : undefined;
      const isRecorded = own === undefined || records.some(({ time }) => time === own.time);
      const found = lastDrillOf(repository, isRecorded ? records : [...records, own]);
      const before = known.find((each) => each.repository === repository);
      if (read !== undefined || before === undefined) drills.push(found);
      else drills.push({ ...before, last: found.last ?? before.last });
    }
    await writeLastDrills(drills);
  } catch (error) {
    signal.throwIfAborted();
    log(`the last drills could not be copied: ${String(error)}`);
  }
}

/** A name in the kernel, which is free again when its process ends, however it ends. */
function takeLock(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (cause) => {
      reject(new DrillRunning("another drill is running", { cause }));
    });
    server.listen("\0hosterizer-drill", () => {
      resolve(server);
    });
  });
}
