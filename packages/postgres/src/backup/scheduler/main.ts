import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { backupPaths } from "../pgbackrest/backupDeclaration";
import { Board, lastReport } from "./board";
import { drillAlone, DrillRunning, scheduleDrills } from "./drills";
import { keepBeating } from "./heartbeat";
import { log } from "./log";
import { acceptRowsWord, numbersOf, type Plan, planFile, untilInputEndsWord } from "./plan";
import { takeBackups } from "./takeBackups";

/** Its age is what the container's health check looks at: image/scheduler.Dockerfile. */
const aliveFile = "/tmp/alive";

const stop = new AbortController();
const end = () => {
  stop.abort();
};
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, end);
}

/** The scheduler; with the arguments `drill` and a repository's number, one drill, whose record is printed last. */
async function main([task, repository, ...words]: readonly string[]): Promise<void> {
  const plan = JSON.parse(readFileSync(join(backupPaths.configuration, planFile), "utf8")) as Plan;
  if (task === "drill") {
    if (words.includes(untilInputEndsWord)) process.stdin.once("end", end).resume();
    await drillNow(plan, Number(repository), words.includes(acceptRowsWord));
    // It would keep the process alive.
    process.stdin.destroy();
  } else await schedule(plan);
}

async function drillNow(plan: Plan, repository: number, acceptRows: boolean): Promise<void> {
  const tell = (line: string) => {
    process.stderr.write(`${line}\n`);
  };
  try {
    const record = await drillAlone(repository, plan, { tell, acceptRows }, stop.signal);
    process.stdout.write(`${JSON.stringify(record)}\n`);
  } catch (error) {
    if (!(error instanceof DrillRunning)) throw error;
    tell(error.message);
    process.exitCode = 50;
  }
}

async function schedule(plan: Plan): Promise<void> {
  const stillAlive = () => {
    writeFileSync(aliveFile, "");
  };
  stillAlive();
  const alive = setInterval(stillAlive, 5_000);
  log(`backups: ${plan.schedule} (UTC), repositories ${numbersOf(plan).join(", ")}`);
  const board = new Board(plan.repositories, lastReport());
  try {
    await Promise.all([
      board.watch(stop.signal),
      takeBackups(plan, board, stop.signal),
      keepBeating(stop.signal),
      scheduleDrills(plan, stop.signal),
    ]);
  } finally {
    clearInterval(alive);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (stop.signal.aborted) return;
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  // The heartbeat would keep the process alive; Docker starts the container again.
  process.exit(1);
});
