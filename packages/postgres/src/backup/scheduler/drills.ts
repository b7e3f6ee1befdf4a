import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { type DrillRecord, isSound } from "../drill/drillRecord";
import { readDrillRecords } from "../drill/drillRecords";
import { runDrill, type Tell } from "../drill/runDrill";
import { runPgBackRest } from "../pgbackrest/runPgBackRest";
import { nextTime } from "../schedule";
import { log } from "./log";
import type { Plan } from "./plan";

/** Drills each repository as scheduled, until the process ends. One that was due while this container did not run is made up for. */
export async function scheduleDrills(plan: Plan, signal: AbortSignal): Promise<void> {
  const started = new Date();
  while (!signal.aborted) {
    await sleep(60_000, undefined, { signal });
    for (const repository of plan.repositories) {
      if (!(await isDue(repository, plan.drillSchedule, started, signal))) continue;
      const record = await drillAlone(repository, plan, () => undefined, signal).catch(
        (error: unknown) => {
          log(`repository ${repository}: the drill failed: ${String(error)}`);
        },
      );
      if (record !== undefined) log(`repository ${repository}: ${summaryOf(record)}`);
    }
  }
}

async function isDue(
  repository: number,
  schedule: string,
  started: Date,
  signal: AbortSignal,
): Promise<boolean> {
  const run = (args: readonly string[]) => runPgBackRest([`--repo=${repository}`, ...args], signal);
  const last = (await readDrillRecords(run)).at(-1);
  const after = last === undefined ? started : new Date(last.time);
  const due = nextTime(schedule, after);
  return due !== undefined && due.getTime() <= Date.now();
}

/** What a drill found, in a line. */
function summaryOf(record: DrillRecord): string {
  const faults = [...record.faults, ...record.recoveries.flatMap((recovery) => recovery.faults)];
  const took = `${record.seconds.toFixed(1)} s`;
  return isSound(record) ? `drill passed in ${took}` : `drill failed: ${faults.join("; ")}`;
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
  { drill }: Plan,
  tell: Tell,
  signal: AbortSignal,
): Promise<DrillRecord> {
  const lock = await takeLock();
  try {
    return await runDrill(repository, drill, tell, signal);
  } finally {
    lock.close();
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
