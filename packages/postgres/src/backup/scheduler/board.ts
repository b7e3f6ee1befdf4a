import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import {
  type Archiving,
  type BackupReport,
  readReport,
  reportFile,
  type RepositoryReport,
  takesWaiting,
} from "../backupReport";
import { ArchivingJudge, lookAtArchiving } from "./archiving";
import { log } from "./log";
import type { PlannedRepository } from "./plan";

/** How often the server's archiving is looked at, in milliseconds. */
const everyMs = 5_000;

/** What the parts of the scheduler know, and the report of it. */
export class Board {
  private archiving: Archiving | undefined;
  private readonly repositories = new Map<number, RepositoryReport>();
  /** When the last backup of a repository had ended that it is known to have had. */
  private readonly lastBackups = new Map<number, Date>();
  /** Aborted when archiving begins to work again. */
  private recovery = new AbortController();
  /** Whether WAL was dropped since archiving fails. */
  private isDropping = false;
  /** Why the last report could not be written. */
  private reportFault: string | undefined;

  /**
   * @param before the last report of an earlier process
   * @param publish is given each report
   * @param tell is given each line for the log
   */
  constructor(
    repositories: readonly PlannedRepository[],
    before?: BackupReport,
    private readonly publish: (report: BackupReport) => void = writeReport,
    private readonly tell: (line: string) => void = log,
  ) {
    const unknown = { fault: null, lastBackup: null, failure: null, gaps: [] };
    for (const { number: repository, place } of repositories) {
      const known = before?.repositories.find(
        (each) => each.repository === repository && each.place === place,
      );
      this.repositories.set(repository, {
        ...{ repository, place, ...unknown, archiveRead: null, newestSegment: null },
        emptied: known?.emptied ?? null,
      });
      if (known?.lastBackup) this.lastBackups.set(repository, known.lastBackup.stop);
    }
  }

  /** Whether WAL waits that could not be archived into a repository, as far as is known. */
  isFailing(repository: number): boolean {
    const report = this.repositories.get(repository);
    if (this.archiving === undefined || this.archiving.failingSince === null) return false;
    // Another repository can make the server keep what this one has.
    const isOnly = this.repositories.size === 1;
    return isOnly || report === undefined || !takesWaiting(report, this.archiving);
  }

  /**
   * Takes down what is known of a repository now.
   *
   * @returns whether it has just been found without the backups that it had
   */
  note(
    repository: number,
    known: Partial<Omit<RepositoryReport, "repository" | "place" | "emptied">>,
  ): boolean {
    const before = this.repositories.get(repository);
    if (before === undefined) return false;
    const had = this.lastBackups.get(repository);
    const isEmptied = known.lastBackup === null && had !== undefined;
    if (known.lastBackup) this.lastBackups.set(repository, known.lastBackup.stop);
    if (isEmptied) this.lastBackups.delete(repository);
    const emptied = isEmptied
      ? { found: new Date().toISOString(), last: had.toISOString() }
      : before.emptied;
    this.repositories.set(repository, { ...before, ...known, emptied });
    this.report();
    return isEmptied;
  }

  /** Takes down how the server archives now, and logs a change. */
  noteArchiving(found: Archiving): void {
    const before = this.archiving;
    this.archiving = found;
    this.tellChange(found, before);
    this.report();
    if (!wasFailing(before) || found.failingSince !== null) return;
    this.recovery.abort();
    this.recovery = new AbortController();
  }

  /** Waits, or returns early when archiving begins to work again, so that what failed is tried again at once. */
  async rest(ms: number, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.recovery.signal]);
    await sleep(ms, undefined, { signal: either }).catch(() => undefined);
    signal.throwIfAborted();
  }

  /** Watches the server's archiving, until the process ends. */
  async watch(signal: AbortSignal): Promise<void> {
    const judge = new ArchivingJudge();
    let fault: string | undefined;
    while (!signal.aborted) {
      try {
        this.noteArchiving(await lookAtArchiving(judge));
        fault = undefined;
      } catch (error) {
        if (fault !== String(error)) this.tell(`archiving: ${String(error)}`);
        fault = String(error);
      }
      await sleep(everyMs, undefined, { signal });
    }
  }

  private tellChange({ failingSince, dropped }: Archiving, before: Archiving | undefined): void {
    const isFailing = failingSince !== null;
    if (isFailing && !wasFailing(before))
      this.tell(`archiving: fails, WAL waits since ${failingSince}`);
    const isNew =
      dropped !== null && before !== undefined && dropped.segment !== before.dropped?.segment;
    if (isNew && !this.isDropping)
      this.tell(`archiving: the server drops WAL, first ${dropped.segment}`);
    this.isDropping ||= isNew;
    if (isFailing) return;
    if (wasFailing(before)) {
      this.tell(
        this.isDropping && dropped !== null
          ? `archiving: works again; WAL up to ${dropped.segment} was dropped`
          : "archiving: works again",
      );
    }
    this.isDropping = false;
  }

  /** Backups must be taken even where a full disk lets no report be written. */
  private report(): void {
    if (this.archiving === undefined) return;
    try {
      this.publish({
        time: new Date().toISOString(),
        archiving: this.archiving,
        repositories: [...this.repositories.values()],
      });
      this.reportFault = undefined;
    } catch (error) {
      if (this.reportFault !== String(error)) this.tell(`report: ${String(error)}`);
      this.reportFault = String(error);
    }
  }
}

function wasFailing(archiving: Archiving | undefined): boolean {
  return archiving !== undefined && archiving.failingSince !== null;
}

/** The last report of an earlier process; undefined if there is none that can be read. */
export function lastReport(): BackupReport | undefined {
  try {
    return readReport(readFileSync(reportFile, "utf8"));
  } catch {
    return undefined;
  }
}

/** Replaces the file as a whole: a reader never finds half of it. */
function writeReport(report: BackupReport): void {
  const unfinished = `${reportFile}.unfinished`;
  writeFileSync(unfinished, JSON.stringify(report));
  renameSync(unfinished, reportFile);
}
