import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import { backupPaths, stanza } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import type { DockerProject } from "../../test/docker/stack/dockerProject";
import type { TestContainer } from "../../test/docker/testContainer";
import type { BackedUpStack } from "./backedUpStack";
import type { Figure } from "./figureTable";
import { waitingSegments } from "./measuredServer";

/** Minutes of each outage. */
const minutes = Number(process.env["BENCH_MINUTES"] ?? 10);
/** Transactions a second: a few megabytes of WAL. */
const rate = 100;

/** A way for a repository to fail, in shell, by the repository's owner. */
interface Outage {
  name: string;
  begin: string;
  end: string;
}

const { repository } = backupPaths;
const info = `${repository}/archive/${stanza}/archive.info`;

const pipe = `${info}.pipe`;

const outages: readonly Outage[] = [
  {
    name: "a repository that cannot be reached",
    begin: `chmod 0 ${repository}`,
    end: `chmod 0700 ${repository}`,
  },
  {
    // Opening a pipe to read blocks until another process opens it to write.
    name: "a repository that hangs",
    begin: `mv ${info} ${info}.kept && mkfifo ${info}`,
    end: `mv ${info} ${pipe} && mv ${info}.kept ${info} && while timeout 1 sh -c ': >${pipe}'; do sleep 1; done; rm ${pipe}`,
  },
];

/**
 * A repository that is away for minutes while clients write: no transaction fails, the server stops in time, and afterwards the archive
 * is complete without anyone's doing.
 */
export async function measureOutages(stack: BackedUpStack): Promise<Figure[]> {
  const server = stack.project.container("postgresql");
  await server.succeed("createdb", "outage");
  await server.succeed("pgbench", "--initialize", "--quiet", "--scale=10", "outage");
  const figures: Figure[] = [];
  for (const outage of outages) figures.push(...(await measureOutage(stack, outage)));
  await server.succeed("dropdb", "outage");
  return figures;
}

async function measureOutage(
  { project, db, archive }: BackedUpStack,
  { name, begin, end }: Outage,
): Promise<Figure[]> {
  const server = project.container("postgresql");
  const backup = project.container("backup");
  process.stderr.write(`${name}: writing for ${String(minutes)} minutes …\n`);
  await archive();
  await backup.succeed("sh", "-c", begin);
  let ended = false;
  try {
    const load = writeFor(server, minutes * 60);
    await sleep(minutes * 45_000);
    console.log(`${name}, after three quarters of the time:\n${await toldBy(project)}`);
    const { transactions, failed } = await load;
    expect(failed).toBe(0);
    const waiting = await waitingSegments(project);
    const stopping = performance.now();
    await server.stop(120);
    const stopped = (performance.now() - stopping) / 1000;
    await server.start();
    await server.until("healthy");
    await backup.succeed("sh", "-c", end);
    ended = true;
    const back = performance.now();
    while ((await waitingSegments(project)) > 0) await sleep(500);
    const caughtUp = (performance.now() - back) / 1000;
    const { stdout } = await db("restore-drill");
    expect(stdout).toContain("restores. The drill took");
    return [
      {
        what: `${name}, ${String(minutes)} minutes: failed transactions`,
        measured: `${failed} of ${transactions}`,
        goal: "0",
      },
      { what: `${name}: the server's stop`, measured: `${stopped.toFixed(1)} s`, goal: "≤ 30 s" },
      {
        what: `${name}: until ${waiting} segments were archived afterwards`,
        measured: `${caughtUp.toFixed(0)} s`,
      },
    ];
  } finally {
    if (!ended) await backup.succeed("sh", "-c", end);
  }
}

/** pgbench ends a client whose transaction fails, and counts those that are tried again. */
async function writeFor(server: TestContainer, seconds: number) {
  const printed = await server.succeed(
    ...["pgbench", "--no-vacuum", "--client=4", "--jobs=1", `--rate=${rate}`],
    ...[`--time=${seconds}`, "outage"],
  );
  const number = (pattern: RegExp) => Number(pattern.exec(printed)?.[1] ?? NaN);
  return {
    transactions: number(/actually processed: (\d+)/),
    failed: number(/failed transactions: (\d+)/),
  };
}

/** What `status` and a preview warn of in the meantime. */
async function toldBy(project: DockerProject): Promise<string> {
  const status = ["-s", "db", "--", "status", "--json", "--stack", project.stack];
  const { stdout } = await project.npm(...status);
  const { warnings } = JSON.parse(stdout) as { warnings: string[] };
  const { output } = await project.run("preview");
  const [, previewed = "no warning"] = /(warning: No WAL[^\n]*)/i.exec(output) ?? [];
  return [...warnings.map((line) => `  status: ${line}`), `  preview: ${previewed}`].join("\n");
}
