import { setTimeout as sleep } from "node:timers/promises";

import Table from "cli-table3";

import { type DrillRecord, isSound } from "@hosterizer/postgres/backup/drill/drillRecord";
import { median, row } from "../figures";
import type { BackedUpStack } from "./backedUpStack";
import type { Figure } from "./figureTable";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 3);

/** Milliseconds after a backup. Before, a drill recovers the latest state alone. */
const fewMoments = 150_000;

/** Where the time of a drill goes, in seconds. */
type Phases = Record<(typeof phases)[number], number>;

const phases = [
  "every file and segment looked at",
  "the latest state restored",
  "the latest state checked",
  "a random moment restored",
  "a random moment checked",
  "all of it",
] as const;

/** Whole drills, of the latest state and of a random moment. @throws if one finds a fault */
export async function measureDrills(stack: BackedUpStack): Promise<Figure[]> {
  process.stderr.write("waiting until there are moments to choose from …\n");
  await sleep(fewMoments);
  await stack.archive();
  const runs: Phases[] = [];
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    runs.push(await drill(stack));
  }
  const head = ["seconds", "minimum", "median", "maximum"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const phase of phases) {
    table.push(
      row(
        phase,
        runs.map((run) => run[phase]),
        1,
      ),
    );
  }
  console.log(table.toString());
  const middle = median(runs.map((run) => run["all of it"]));
  return [{ what: "a sound drill", measured: `${middle.toFixed(1)} s`, goal: "≤ 60 s" }];
}

/** The drill tells what it begins, and records how long each restore took: the rest is for the checks. */
async function drill({ project }: BackedUpStack): Promise<Phases> {
  const command = project.start("db", "--", "restore-drill", "--json", "--stack", project.stack);
  const begun: number[] = [];
  command.all.on("data", (text: Buffer) => {
    if (/^ {2}(looking|recovering) /m.test(text.toString())) begun.push(performance.now() / 1000);
  });
  const { exitCode, stdout, all } = await command;
  const end = performance.now() / 1000;
  const [record] = exitCode === 0 ? (JSON.parse(stdout) as DrillRecord[]) : [];
  if (record === undefined || !isSound(record)) throw new Error(all);
  const [looked = NaN, latest = NaN, moment = end] = begun;
  const [first, second] = record.recoveries;
  const restored = { latest: first?.restoreSeconds ?? NaN, moment: second?.restoreSeconds ?? 0 };
  return {
    "every file and segment looked at": latest - looked,
    "the latest state restored": restored.latest,
    "the latest state checked": moment - latest - restored.latest,
    "a random moment restored": restored.moment,
    "a random moment checked": end - moment - restored.moment,
    "all of it": record.seconds,
  };
}
