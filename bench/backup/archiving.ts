import { cpus } from "node:os";

import Table from "cli-table3";

import { archiveSettings } from "@hosterizer/postgres/backup/pgbackrest/archiveSettings";
import { engine } from "../../test/docker/engine";
import type { DockerProject } from "../../test/docker/stack/dockerProject";
import { median, row } from "../figures";
import type { BackedUpStack } from "./backedUpStack";
import type { Figure } from "./figureTable";
import { computingOf, readSetting, setOnServer, waitingSegments } from "./measuredServer";
import { poll } from "./poll";

const pairs = Number(process.env["BENCH_PAIRS"] ?? 10);
/** Seconds of each run of pgbench. */
const seconds = Number(process.env["BENCH_SECONDS"] ?? 20);

const segmentSize = 2 ** 24;

const ways = ["archived", "not archived"] as const;
type Way = (typeof ways)[number];

/** A run of pgbench. */
interface Round {
  transactionsPerSecond: number;
  /** Milliseconds of the server's container, with pgbench and whatever archives, until the archive has everything. */
  computingPerTransaction: number;
  /** Bytes of WAL. */
  walPerTransaction: number;
}

/**
 * pgbench's own transactions in a database of its own on the stack's server: with its archive and the heartbeat, and, in turns, as
 * without backups.
 *
 * Throughput says something on a machine that does nothing else. Computing times do on others, too: that of a transaction with all that
 * comes with it, and, on an idle server, that of archiving a segment.
 */
export async function measureArchiving({ project, db }: BackedUpStack): Promise<Figure[]> {
  const on = {
    archive_command: await readSetting(project, "archive_command"),
    archive_timeout: await readSetting(project, "archive_timeout"),
  };
  const off = Object.fromEntries([
    ["archive_timeout", "0"],
    ...archiveSettings({ repositories: [], whenArchivingFails: "keep" }).map(
      ({ name, value }) => [name, value] as const,
    ),
  ]);
  // The scheduler may just take the one that it owes.
  const takeFullBackup = () =>
    poll("a full backup", () =>
      db("backup", "--full").then(
        () => true,
        (error: unknown) => {
          if (String(error).includes("Another backup")) return false;
          throw error;
        },
      ),
    );
  const server = project.container("postgresql");
  const backup = engine.getContainer(project.container("backup").id);
  await server.succeed("createdb", "bench");
  const segment = await archiveAlone(project, on);
  const rounds: Record<Way, Round[]> = { archived: [], "not archived": [] };
  for (let pair = 1; pair <= pairs; pair++) {
    process.stderr.write(`pair ${pair} of ${pairs}\n`);
    for (const way of pair % 2 === 0 ? ways.toReversed() : ways) {
      const isOn = way === "archived";
      await setOnServer(project, isOn ? on : off);
      // WAL was lost, and a full backup would follow in the middle of the run.
      if (isOn) await takeFullBackup();
      else await backup.pause();
      try {
        // The first change of each page after a checkpoint writes all of it.
        await project.query("checkpoint");
        await runPgbench(project);
        rounds[way].push(await runPgbench(project));
      } finally {
        if (!isOn) await backup.unpause();
      }
    }
  }
  await setOnServer(project, on);
  await server.succeed("dropdb", "bench");
  return figuresOf(rounds, segment);
}

/** Makes pgbench's tables, and archives their WAL afterwards. @returns seconds of computing for each segment */
async function archiveAlone(
  project: DockerProject,
  on: Readonly<Record<string, string>>,
): Promise<number> {
  const server = project.container("postgresql");
  await setOnServer(project, { archive_command: "/bin/false" });
  await server.succeed("pgbench", "--initialize", "--quiet", "--scale=20", "bench");
  await project.query("checkpoint");
  const segments = await waitingSegments(project);
  const before = await computingOf(server);
  await setOnServer(project, on);
  await poll("an empty queue", async () => (await waitingSegments(project)) === 0);
  return ((await computingOf(server)) - before) / segments;
}

async function runPgbench(project: DockerProject): Promise<Round> {
  const server = project.container("postgresql");
  const before = { computing: await computingOf(server), wal: await walOf(project) };
  const printed = await server.succeed(
    ...["pgbench", "--no-vacuum", "--protocol=prepared", "--client=8", "--jobs=1"],
    ...[`--time=${String(seconds)}`, "bench"],
  );
  await poll("an empty queue", async () => (await waitingSegments(project)) === 0);
  const [, transactions = NaN] = /actually processed: (\d+)/.exec(printed) ?? [];
  const [, throughput = NaN] = /^tps = ([\d.]+)/m.exec(printed) ?? [];
  return {
    transactionsPerSecond: Number(throughput),
    computingPerTransaction:
      (1000 * ((await computingOf(server)) - before.computing)) / Number(transactions),
    walPerTransaction: ((await walOf(project)) - before.wal) / Number(transactions),
  };
}

async function walOf(project: DockerProject): Promise<number> {
  const [position] = await project.query<{ bytes: string }>(
    "select pg_catalog.pg_current_wal_lsn() - '0/0' as bytes",
  );
  return Number(position?.bytes);
}

function figuresOf(rounds: Readonly<Record<Way, readonly Round[]>>, segment: number): Figure[] {
  const head = ["", "minimum", "median", "maximum"];
  const table = new Table({ head, style: { head: [], border: [] } });
  const of = (way: Way, figure: keyof Round) => rounds[way].map((round) => round[figure]);
  for (const way of ways) {
    table.push(row(`${way}: transactions per second`, of(way, "transactionsPerSecond"), 0));
    table.push(row(`${way}: ms of computing each`, of(way, "computingPerTransaction"), 3));
    table.push(row(`${way}: bytes of WAL each`, of(way, "walPerTransaction"), 0));
  }
  console.log(table.toString());
  // Pair by pair.
  const ratios = (figure: keyof Round) => {
    const without = of("not archived", figure);
    return of("archived", figure).map((value, pair) => value / (without[pair] ?? NaN));
  };
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const walPerSecond =
    median(of("archived", "transactionsPerSecond")) * median(of("archived", "walPerTransaction"));
  const share = ((walPerSecond / segmentSize) * segment) / cpus().length;
  return [
    {
      what: `archiving: its share of all processors at ${(walPerSecond / 1e6).toFixed(1)} MB of WAL a second, by ${(segment * 1000).toFixed(0)} ms for each segment`,
      measured: percent(share),
      goal: "≤ 3 %",
    },
    {
      what: "archiving and heartbeat: fewer transactions of pgbench per second",
      measured: percent(1 - median(ratios("transactionsPerSecond"))),
      goal: "≤ 3 %",
    },
    {
      what: "archiving and heartbeat: more computing for each",
      measured: percent(median(ratios("computingPerTransaction")) - 1),
      goal: "≤ 3 %",
    },
  ];
}
