import type Dockerode from "dockerode";

import {
  type BackupReport,
  readReport,
  reportFile,
  type RepositoryReport,
  takesWaiting,
} from "@hosterizer/postgres/backup/backupReport";
import { lostMoments } from "@hosterizer/postgres/backup/pgbackrest/archiveGaps";
import { written } from "@hosterizer/postgres/backup/pgbackrest/recoveryTarget";
import { isAhead, nextTime } from "@hosterizer/postgres/backup/schedule";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { humanBytes, humanDuration } from "@hosterizer/postgres/humanNumbers";
import type { DockerSettings } from "../program";
import { readDockerSettings } from "../stack/readInstanceSettings";
import { dockerNames } from "./dockerObjects";
import { engine } from "./engine";
import { runInContainer } from "./runInContainer";

/** What is known of the backups of a stack in Docker. */
export interface KnownBackups {
  /** null: the container that takes backups says nothing. */
  report: BackupReport | null;
  /** What an operator should know, each in a sentence or two. */
  warnings: readonly string[];
}

/**
 * Asks the container that takes a stack's backups; undefined for a stack that has none, or is not up yet. Never throws: that the backups
 * cannot be looked at is a warning, too.
 */
export async function readKnownBackups(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<KnownBackups | undefined> {
  try {
    return await askContainer(stack, environment);
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error)).trim();
    const said = message.replaceAll(/\s*\n\s*/g, " ");
    const warning = `The backups of stack ${stack} could not be looked at: ${said}`;
    return { report: null, warnings: [warning] };
  }
}

async function askContainer(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<KnownBackups | undefined> {
  const docker = readDockerSettings(stack, environment);
  if (docker === undefined || "faults" in docker) return undefined;
  const { backup } = docker.settings;
  if (backup.repositories.length === 0) return undefined;
  const { backup: name } = dockerNames(docker.settings);
  const container = engine().getContainer(name);
  const found = await ifExists(container.inspect());
  if (found === undefined) return undefined;
  const standstill = standstillOf(found.State);
  if (standstill !== undefined) return { report: null, warnings: [silent(name, standstill)] };
  const { code, output } = await runInContainer(container, ["cat", reportFile]);
  const report = code === 0 ? readReport(output) : null;
  const isNew = hasJustStarted(found);
  return { report, warnings: backupWarnings(report, { name, isNew }, backup) };
}

/** Why nothing can be run in a container, as words after its name; undefined: it can. The engine says of all but the last that they run. */
export function standstillOf({
  Running,
  Paused,
  Restarting,
}: Dockerode.ContainerInspectInfo["State"]): string | undefined {
  if (Restarting) return "ends again and again";
  if (Paused) return "is paused";
  return Running ? undefined : "does not run";
}

/** How long a container may take to report, and to take the first backup, before that is told. */
const startMs = 60_000;

/** Whether a container has had no time for that yet. One that ends again and again has had it. */
export function hasJustStarted(
  {
    RestartCount,
    State,
  }: Pick<Dockerode.ContainerInspectInfo, "RestartCount"> & {
    State: { StartedAt: string };
  },
  now = Date.now(),
): boolean {
  return RestartCount === 0 && now - new Date(State.StartedAt).getTime() < startMs;
}

function silent(container: string, what: string): string {
  return `The container ${container}, which takes the backups, ${what}: nothing is backed up.`;
}

/** A container that has written no report for so long does not work, in milliseconds. */
const reportAgeMs = 5 * 60_000;
/** A backup may be so much later than scheduled, in milliseconds. */
const latenessMs = 24 * 60 * 60_000;
/** For how long a gap is told that a backup has followed, in milliseconds. */
const gapAgeMs = 24 * 60 * 60_000;

/**
 * What is wrong with backups and archive. Empty if all is well.
 *
 * @param report null: there is none
 */
export function backupWarnings(
  report: BackupReport | null,
  container: { name: string; isNew: boolean },
  backup: DockerSettings["backup"],
  now = Date.now(),
): string[] {
  const { name, isNew } = container;
  if (report === null) return isNew ? [] : [silent(name, "has not reported yet")];
  const age = now - new Date(report.time).getTime();
  if (age > reportAgeMs)
    return isNew ? [] : [silent(name, `has not reported for ${humanDuration(age / 1000)}`)];
  const time = new Date(report.time);
  return [
    ...(isAhead(time, now)
      ? [
          `The container ${name}, which takes the backups, has last reported at ${written(time)}, which is still to come: a clock is wrong, and whether it works is unknown.`,
        ]
      : []),
    ...archivingWarnings(report, backup, now),
    ...report.repositories
      .filter(
        ({ fault, failure, lastBackup, emptied }) =>
          !isNew || (fault ?? failure ?? lastBackup ?? emptied) !== null,
      )
      .flatMap((repository) => repositoryWarnings(repository, backup, now)),
  ];
}

function archivingWarnings(
  { archiving, repositories }: BackupReport,
  { whenArchivingFails }: DockerSettings["backup"],
  now: number,
): string[] {
  const { failingSince, waiting, dropped } = archiving;
  const warnings: string[] = [];
  if (failingSince !== null) {
    const since = humanDuration((now - new Date(failingSince).getTime()) / 1000);
    const taking = repositories.filter((each) => takesWaiting(each, archiving));
    const lacking = repositories.filter((each) => !taking.includes(each));
    const isPartly = taking.length > 0 && lacking.length > 0;
    const into = isPartly ? ` into ${listed(lacking)} of the backups` : "";
    const recovered = isPartly ? `from ${listed(taking)} alone` : undefined;
    warnings.push(
      `No WAL has been archived${into} for ${since}; ${humanBytes(waiting * segmentBytes)} wait. ` +
        `What was written since ${recovered === undefined ? "cannot be recovered" : `can be recovered ${recovered}`}. ` +
        (whenArchivingFails === "keep"
          ? `The server keeps the WAL until its disk is full, ${timeLeft(archiving)}.`
          : `Beyond ${humanBytes(whenArchivingFails.dropBeyond * 2 ** 20)} the server drops it.`),
    );
  }
  const unknown =
    dropped === null ? [] : repositories.filter((repository) => mayLack(repository, dropped));
  if (dropped !== null && unknown.length > 0) {
    const last = `last ${dropped.segment} at ${written(new Date(dropped.time))}`;
    warnings.push(
      repositories.length === 1
        ? `The server has dropped WAL that could not be archived, ${last}: those moments are lost, and none after them can be recovered until the next backup.`
        : `The server has dropped WAL that could not be archived into every repository, ${last}. What ${listed(unknown)} lacks of it is not known yet.`,
    );
  }
  return warnings;
}

/** Whether a repository may lack what was dropped. Once its archive was read after that, its gaps say so. */
function mayLack(
  { lastBackup, archiveRead }: RepositoryReport,
  dropped: { segment: string; time: string },
): boolean {
  const isFollowed = (lastBackup?.firstSegment ?? "") > dropped.segment;
  const isRead = new Date(archiveRead ?? 0) > new Date(dropped.time);
  return !isFollowed && !isRead;
}

/** `repository 1`, or `repositories 1 and 2`. */
function listed(repositories: readonly RepositoryReport[]): string {
  const numbers = repositories.map(({ repository }) => repository);
  return `${numbers.length === 1 ? "repository" : "repositories"} ${numbers.join(" and ")}`;
}

const segmentBytes = 16 * 2 ** 20;

/** How long the disk lasts, in words. */
function timeLeft({ freeBytes, bytesPerSecond }: BackupReport["archiving"]): string {
  if (freeBytes === null) return "and how much is free is unknown";
  const free = `with ${humanBytes(freeBytes)} free`;
  if (bytesPerSecond === null) return `${free}, in an unknown time`;
  if (bytesPerSecond <= 0) return `${free}; it writes none now`;
  const rate = `${humanBytes(bytesPerSecond)} of WAL a second`;
  return `in ${humanDuration(freeBytes / bytesPerSecond)}: ${free}, at ${rate}`;
}

function repositoryWarnings(
  { repository, fault, lastBackup, failure, gaps, emptied }: RepositoryReport,
  { schedule }: DockerSettings["backup"],
  now: number,
): string[] {
  const which = `Repository ${repository} of the backups`;
  const because = failure === null ? "" : `: ${firstLine(failure)}`;
  const warnings = gaps
    .filter(({ until }) => until === null || now - until.getTime() < gapAgeMs)
    .map((gap) => `${which} lacks WAL: no moment from ${lostMoments(gap)} can be recovered.`);
  if (
    emptied !== null &&
    (lastBackup === null || now - new Date(emptied.found).getTime() < gapAgeMs)
  ) {
    warnings.unshift(
      `${which} was emptied: at ${written(new Date(emptied.found))} all its backups were gone, the last of ${written(new Date(emptied.last))}. ` +
        "No moment before the next backup can be recovered from it.",
    );
  }
  if (fault !== null) return [`${which}: ${firstLine(fault)}.`, ...warnings];
  if (lastBackup === null && (emptied === null || failure !== null))
    return [...warnings, `${which} has no backup yet${because}.`];
  if (lastBackup === null) return warnings;
  if (isAhead(lastBackup.start, now)) {
    return [
      ...warnings,
      `${which}: the last backup, ${lastBackup.label}, is dated ${written(lastBackup.start)}, which is still to come. A clock was ahead, and pgBackRest takes no other until then${because}.`,
    ];
  }
  const due = nextTime(schedule, lastBackup.start);
  if (due !== undefined && now - due.getTime() > latenessMs) {
    const age = humanDuration((now - lastBackup.stop.getTime()) / 1000);
    warnings.push(`${which} has had no backup for ${age}, although one was due${because}.`);
  }
  return warnings;
}

/** pgBackRest's messages have many, and a time before each. */
function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").trim().replace(/:$/, "");
}
