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
  // Until a heartbeat of now is in the archive, a drill would miss it.
  await sleep(180_000, undefined, { signal });
  const started = new Date();
  /** Where a record could not be written, the next drill is not due at once. */
  const tried = new Map<number, Date>();
  while (!signal.aborted) {
    for (const repository of plan.repositories) {
      try {
        const last = (await lastDrill(repository, signal)) ?? started;
        const after = new Date(Math.max(last.getTime(), tried.get(repository)?.getTime() ?? 0));
        const due = nextTime(plan.drillSchedule, after);
        if (due === undefined || due.getTime() > Date.now()) continue;
        tried.set(repository, new Date());
        const record = await drillAlone(repository, plan, () => undefined, signal);
        log(`repository ${repository}: ${summaryOf(record)}`);
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
  const last = (await readDrillRecords(run)).at(-1);
  return last === undefined ? undefined : new Date(last.time);
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
