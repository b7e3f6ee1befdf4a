import { setTimeout } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import type { BackupReport } from "@hosterizer/postgres/backup/backupReport";
import { allFaults } from "@hosterizer/postgres/backup/drill/drillRecord";
import type { Backup } from "@hosterizer/postgres/backup/pgbackrest/backupList";
import { withClient } from "@hosterizer/postgres/connection/connection";
import { repetitions } from "../../repetitions";
import { tenantRows } from "../../stack/tenantRows";
import { awaitReport, backupsOf, drill, lastBackup, listed, reported, takeBackup } from "./backups";
import type { DockerProject } from "./dockerProject";
import { makeDockerProject } from "./makeDockerProject";
import { runInVolume } from "./volumeByHand";

// One server passes through all states: each test begins where the previous one ended.
let project: DockerProject;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"), { backups: true });
  await project.up();
  await project.query(tenantRows);
});
afterAll(() => project.remove());

const patience = { timeout: 150_000, interval: 500 };
/** Runs a line of shell as root in the repository's volume. */
const inRepository = (line: string) => runInVolume(`${project.prefix}-backup`, line);
const inBackup = (line: string) => project.container("backup").run(["sh", "-c", line]);

const gapsOf = ({ repositories }: BackupReport) => repositories[0]?.gaps ?? [];

async function warnings(): Promise<string> {
  const { stdout } = await project.db("status", "--json");
  return (JSON.parse(stdout) as { warnings: string[] }).warnings.join("\n");
}

const previewed = async () => (await project.run("preview")).output.replaceAll(/\s+/g, " ");

/** How many segments the server has yet to archive. */
async function waiting(): Promise<number> {
  const [row] = await project.query<{ count: string }>(
    "select count(*) from pg_ls_archive_statusdir() where name ~ '^[0-9A-F]{24}\\.ready$'",
  );
  return Number(row?.count);
}

/** Fills so many segments of WAL. */
async function fillWal(segments: number): Promise<void> {
  for (let count = 0; count < segments; count++)
    await project.query("select pg_logical_emit_message(true, 'test', ''), pg_switch_wal()");
}

/**
 * Commits something again and again in several sessions, about 5 MB a second.
 *
 * @returns a function that ends it: how many were committed, and what failed. A session ends with its first failure, because the
 *   server may be gone for good.
 */
function startWriting() {
  const ended = new AbortController();
  let committed = 0;
  const failed: string[] = [];
  const session = async () => {
    const connection = await project.connection();
    await withClient(connection, "test", async (client) => {
      while (!ended.signal.aborted) {
        await client.query(
          "update public.sites set name = name || '' where id = 1; select pg_logical_emit_message(true, 'test', repeat('x', 100000))",
        );
        committed++;
        await setTimeout(50);
      }
    }).catch((error: unknown) => failed.push(String(error)));
  };
  const sessions = Promise.all([session(), session(), session()]);
  return async () => {
    ended.abort();
    await sessions;
    return { committed, failed };
  };
}

test("nothing is told of backups that are well", async () => {
  await awaitReport(project, (report) => lastBackup(report) !== undefined);
  const told = (await warnings()).split("\n").filter((line) => !line.includes("No drill has"));
  expect(told.join("\n")).not.toContain("backup");
});

const unreachable = [
  { what: "refuses to be read", breaks: "chmod 0 archive", repairs: "chmod 0750 archive" },
  {
    what: "never answers",
    // Opening it to read blocks until a writer opens it.
    breaks:
      "cd archive/hosterizer && mv archive.info kept && mkfifo archive.info && chmod 0666 archive.info",
    // Readers that still wait get the end of the file: the name is gone, and nothing else would ever wake them.
    repairs:
      "cd archive/hosterizer && exec 3<>archive.info && mv -f kept archive.info && exec 3<&-",
  },
];

describe.each(unreachable)("while a repository $what", ({ what, breaks, repairs }) => {
  let before: readonly Backup[];

  test("no transaction fails, and status and preview say for how long the disk lasts", async () => {
    before = await backupsOf(project);
    await inRepository(breaks);
    const stopWriting = startWriting();
    await fillWal(2);

    // Until the server has run for a minute, how much it writes is unknown.
    const isLater = what === "never answers";
    await awaitReport(
      project,
      ({ archiving: { failingSince, bytesPerSecond } }) =>
        failingSince !== null && (bytesPerSecond !== null || !isLater),
    );
    const told = await warnings();
    expect(told).toMatch(
      /No WAL has been archived for \d.*; [\d.]+ [MG]B wait\. .* until its disk is full, /,
    );
    if (isLater) {
      expect(told).toMatch(/is full, in .*: with .* free, at .* of WAL a second\./);
      expect(await previewed()).toContain("Warning: No WAL has been archived for");
    }
    const { committed, failed } = await stopWriting();
    expect(failed).toEqual([]);
    expect(committed).toBeGreaterThan(10);
  });

  test("the server stops in time, and archives everything by itself when it can", async () => {
    const server = project.container("postgresql");
    await server.stop(30);
    // 137: it was killed.
    expect((await server.inspect()).State.ExitCode).toBe(0);
    await server.start();
    await inRepository(repairs);

    await expect.poll(() => waiting().catch(() => -1), patience).toBe(0);
    await awaitReport(project, ({ archiving }) => archiving.failingSince === null);
    expect(await warnings()).not.toContain("No WAL");
    expect(gapsOf(await reported(project))).toEqual([]);
    expect(await backupsOf(project)).toEqual(before);
  });
});

describe("WAL that was not archived", () => {
  test("while backups were off is named, and a full backup follows at once", async () => {
    const declared = await project.read("Pulumi.dev.yaml");
    const key = "  hosterizer-database:backup:";
    await project.write("Pulumi.dev.yaml", `${declared}${key} { repositories: [] }\n`);
    await project.up();
    await fillWal(2);
    const [row] = await project.query<{ at: string }>("select clock_timestamp()::text as at");
    await fillWal(2);
    const drop = "{ whenArchivingFails: { dropBeyond: 100MiB } }";
    await project.write("Pulumi.dev.yaml", `${declared}${key} ${drop}\n`);
    await project.up();

    await awaitReport(project, (report) => gapsOf(report)[0]?.until instanceof Date);
    const { gaps, ranges } = await listed(project);
    expect((await backupsOf(project)).map(({ type }) => type)).toEqual(["full", "full"]);
    expect(ranges).toHaveLength(2);
    expect(gaps).toMatchObject([{ until: expect.any(String) as unknown }]);
    const refused = await project.db("restore", "--to", row?.at ?? "");
    expect(refused.output).toContain("cannot be recovered. What can be:");
    expect(refused.code).toBe(1);
  });

  test("is dropped beyond the limit, with a warning, and so is no more than it takes", async () => {
    await inRepository("chmod 0 archive");
    const stopWriting = startWriting();
    await fillWal(24);

    await awaitReport(project, ({ archiving }) => archiving.dropped !== null);
    expect(await warnings()).toContain("The server has dropped WAL");
    const { failed } = await stopWriting();
    expect(failed).toEqual([]);
    await expect.poll(waiting, patience).toBeLessThanOrEqual(6);
    expect(await project.container("postgresql").logs()).toMatch(
      /WAL [0-9A-F]{24} is dropped: more than 100 MiB could not be archived/,
    );
  });

  test("is named when it was dropped, and a full backup follows at once", async () => {
    const before = (await project.container("backup").logs()).length;
    await inRepository("chmod 0750 archive");
    // It may sleep for a minute after its last failure.
    await project.query("select pg_reload_conf()");

    await awaitReport(project, (report) => gapsOf(report)[1]?.until instanceof Date);
    const types = (await backupsOf(project)).map(({ type }) => type);
    expect(types).toEqual(["full", "full", "full"]);
    const told = await warnings();
    expect(told).not.toContain("The server has dropped WAL");
    expect(told).toMatch(
      /Repository 1 of the backups lacks WAL: no moment from .* to 2\d{3}-.* can be recovered\./,
    );
    const { output } = await project.db("backups");
    expect(output).toMatch(/Lost, because WAL is missing\n {2}2.* to 2.*\n {2}2.* to 2/);
    expect((await project.container("backup").logs()).slice(before)).toMatch(
      /repository 1: WAL is lost, segment .*\. No moment from .* can be recovered/,
    );
  });

  test("fails one drill, and the next one passes", async () => {
    const lacks = /^the archive lacks the WAL segment/;
    const faults = allFaults(await drill(project));
    expect(faults).toEqual([expect.stringMatching(lacks), expect.stringMatching(lacks)]);
    expect(allFaults(await drill(project))).toEqual([]);
  });
});

test("a restore point that could not be recorded leaves its name free", async () => {
  await inRepository("mkdir -p restore-points && chmod 0 restore-points");
  const refused = await project.db("restore-point", "before-import");
  expect(refused.output).toContain("The restore point cannot be recorded");
  expect(refused.code).toBe(1);
  await inRepository("chown 5432:5432 restore-points; chmod 0750 restore-points");

  expect(await project.db("restore-point", "before-import")).toMatchObject({ code: 0 });
  expect((await listed(project)).restorePoints).toMatchObject([{ name: "before-import" }]);
  expect((await project.db("restore-point", "before-import")).output).toContain(
    "There is a restore point",
  );
});

describe("killed", () => {
  /** Milliseconds; a creation takes about a hundred. */
  const delays = Array.from({ length: repetitions(8) }, () => 10 + Math.floor(90 * Math.random()));
  const full = "pgbackrest --stanza=hosterizer --type=full backup";

  test("at five moments, a backup is not counted, and leaves no lock", async () => {
    const backups = await backupsOf(project);
    for (const seconds of [0.1, 0.3, 0.6, 1, 1.5]) {
      await inBackup(`${full} & sleep ${seconds}; kill -9 $!; wait`);
    }
    const killed = await backupsOf(project);
    // One that had ended before it was killed counts.
    expect(killed.slice(0, backups.length)).toEqual(backups);

    await takeBackup(project, "full");
    expect(await backupsOf(project)).toHaveLength(killed.length + 1);
  });

  test("during a backup, the scheduler starts again, and the next backup is taken", async () => {
    const backups = await backupsOf(project);
    const started = (await project.container("backup").inspect()).State.StartedAt;
    await inBackup(`${full} & sleep 0.4; kill -9 $(pidof node)`).catch(() => undefined);
    await expect
      .poll(async () => (await project.container("backup").inspect()).State, patience)
      .toMatchObject({ Running: true, StartedAt: expect.not.stringMatching(started) as string });

    const next = () => takeBackup(project).then(() => "taken", String);
    await expect.poll(next, patience).toBe("taken");
    expect((await backupsOf(project)).slice(0, backups.length)).toEqual(backups);
    await awaitReport(project, ({ time }) => new Date(time) > new Date(started));
    expect(await warnings()).not.toContain("which takes the backups");
  });

  test.each([
    "before it had renamed its first file",
    "with the archive's half done",
    ...delays.map((ms) => `after ${ms} ms`),
  ])("%s, the creation of a repository begins again", async (when) => {
    const [, delay] = /after (\d+) ms/.exec(when) ?? [];
    const create = "pgbackrest --stanza=hosterizer stanza-create";
    const unfinished = when.startsWith("before")
      ? `mkdir -p archive/hosterizer; : >archive/hosterizer/archive.info.pgbackrest.tmp`
      : delay === undefined
        ? `${create} && rm backup/hosterizer/*`
        : `${create} & sleep ${Number(delay) / 1000}; kill -9 $!; wait`;
    await inBackup(
      `cd /var/lib/pgbackrest; kill -STOP $(pidof node); rm -rf archive/* backup/*; ${unfinished}`,
    );
    const before = lastBackup(await reported(project));
    await project.container("backup").kill();
    await project.container("backup").start();

    await awaitReport(project, (report) => ![undefined, before].includes(lastBackup(report)));
    expect(await backupsOf(project)).toHaveLength(1);
    await expect.poll(waiting, patience).toBe(0);
  });
});

test("a repository that was emptied is named, and its drills no longer count", async () => {
  await project.container("backup").stop();
  await inRepository("rm -rf archive/* backup/* drills");
  const emptied = Date.now();
  await project.container("backup").start();

  await awaitReport(project, ({ repositories: [first] }) => {
    const { lastBackup = null, emptied: loss = null } = first ?? {};
    return loss !== null && new Date(loss.found).getTime() > emptied && lastBackup !== null;
  });
  const told = await warnings();
  expect(told).toMatch(/Repository 1 of the backups was emptied: at 2.* all its backups were gone/);
  expect(told).toContain("No drill has restored the backups of stack dev in repository 1 yet");
});
