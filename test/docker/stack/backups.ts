import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import type { ListedRepository } from "@hosterizer/cli/db/backup/backups";
import {
  type BackupReport,
  readReport,
  reportFile,
} from "@hosterizer/postgres/backup/backupReport";
import type { DrillRecord } from "@hosterizer/postgres/backup/drill/drillRecord";
import { type Backup, readBackupList } from "@hosterizer/postgres/backup/pgbackrest/backupList";
import type { DockerProject } from "./dockerProject";

const patience = { timeout: 150_000, interval: 250 };

/** The backups of a repository, oldest first. */
export async function backupsOf(
  project: DockerProject,
  repository = 1,
): Promise<readonly Backup[]> {
  const words = ["--stanza=hosterizer", `--repo=${repository}`, "--output=json", "info"];
  const list = await project.container("backup").succeed("pgbackrest", ...words);
  const [state] = readBackupList(list, [repository]);
  if (state?.fault !== undefined) throw new Error(state.fault);
  return state?.backups ?? [];
}

/** What `npm run db -- backups` lists of the first repository besides its backups. */
export async function listed(
  project: DockerProject,
): Promise<Pick<ListedRepository, "ranges" | "gaps" | "restorePoints">> {
  const { stdout } = await project.db("backups", "--json");
  const [repository] = JSON.parse(stdout) as ListedRepository[];
  if (repository === undefined) throw new Error("no repository is listed");
  return repository;
}

/** A stack, or another one that has no project of its own. */
type Containers = Pick<DockerProject, "container">;

/** What the container that takes backups reports. */
export async function reported(stack: Containers): Promise<BackupReport> {
  return readReport(await stack.container("backup").succeed("cat", reportFile));
}

/** Waits for a report. */
export async function awaitReport(
  stack: Containers,
  isSo: (report: BackupReport) => boolean,
): Promise<void> {
  const reports = () =>
    reported(stack).then(
      (report) => isSo(report) || report,
      () => "none",
    );
  await expect.poll(reports, patience).toBe(true);
}

/** The last backup of a repository that a report knows. */
export function lastBackup({ repositories }: BackupReport, repository = 1): string | undefined {
  return repositories.find((each) => each.repository === repository)?.lastBackup?.label;
}

/** Waits for the first backup of a repository. */
export async function backedUp(project: DockerProject, repository = 1): Promise<void> {
  await awaitReport(project, (report) => lastBackup(report, repository) !== undefined);
  expect(await backupsOf(project, repository)).toMatchObject([{ type: "full" }]);
}

/** pgBackRest's code for a lock that another process has. */
const locked = 50;

/** Takes a backup into a repository, after the one that may just be taken. */
export async function takeBackup(
  project: DockerProject,
  type: "full" | "incr" = "incr",
  repository = 1,
): Promise<void> {
  const options = ["--stanza=hosterizer", `--repo=${repository}`, `--type=${type}`];
  const command = ["pgbackrest", ...options, "backup"];
  for (;;) {
    const { exitCode, output } = await project.container("backup").run(command);
    if (exitCode === 0) return;
    if (exitCode !== locked) throw new Error(output);
    await sleep(200);
  }
}

/** Has everything that is committed archived. */
export async function archive(project: DockerProject): Promise<void> {
  const [row] = await project.query<{ name: string }>(
    "select pg_walfile_name(pg_switch_wal()) as name",
  );
  const archiver = "select last_archived_wal as name from pg_stat_archiver";
  const archived = async () => (await project.query<{ name: string }>(archiver))[0]?.name ?? "";
  await expect
    .poll(archived, patience)
    .toSatisfy((name: string) => name.slice(8) >= (row?.name ?? "").slice(8));
}

/** Drills a repository as the scheduler does. @param environment of the drill: `NAME=value` */
export async function drill(
  project: DockerProject,
  { repository = 1, environment = [] }: { repository?: number; environment?: string[] } = {},
): Promise<DrillRecord> {
  const output = await project
    .container("backup")
    .succeed("env", ...environment, ...drillCommand, String(repository));
  return JSON.parse(output.split("\n").at(-1) ?? "") as DrillRecord;
}

/** The command of a drill; the repository's number follows. */
export const drillCommand = ["node", "/usr/local/lib/hosterizer/scheduler.cjs", "drill"];
