import { renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import {
  type Archiving,
  type BackupReport,
  reportFile,
  type RepositoryReport,
} from "../backupReport";
import { ArchivingWatch } from "./archiving";
import { log } from "./log";

/** How often the server's archiving is looked at, in milliseconds. */
const everyMs = 5_000;

/** What the parts of the scheduler know, and the report of it. */
export class Board {
  private archiving: Archiving | undefined;
  private readonly repositories = new Map<number, RepositoryReport>();
  /** How often archiving has begun to work again. */
  private recoveries = 0;
  /** Whether WAL was dropped since archiving fails. */
  private isDropping = false;

  constructor(repositories: readonly number[]) {
    const unknown = { fault: null, lastBackup: null, failure: null, gaps: [] };
    for (const repository of repositories)
      this.repositories.set(repository, { repository, ...unknown });
  }

  /** Whether WAL waits that could not be archived. */
  get isFailing(): boolean {
    return (this.archiving?.failingSince ?? null) !== null;
  }

  /** Takes down what is known of a repository now. */
  note(repository: number, known: Partial<Omit<RepositoryReport, "repository">>): void {
    const before = this.repositories.get(repository);
    if (before === undefined) return;
    this.repositories.set(repository, { ...before, ...known });
    this.write();
  }

  /** Waits; not to the end if archiving begins to work again, so that what failed is tried again at once. */
  async rest(ms: number, signal: AbortSignal): Promise<void> {
    const until = Date.now() + ms;
    const { recoveries } = this;
    while (Date.now() < until && this.recoveries === recoveries)
      await sleep(Math.min(until - Date.now(), 1_000), undefined, { signal });
  }

  /** Watches the server's archiving, until the process ends. */
  async watch(signal: AbortSignal): Promise<void> {
    const watch = new ArchivingWatch();
    let fault: string | undefined;
    while (!signal.aborted) {
      try {
        const found = await watch.look();
        this.tell(found);
        if (this.isFailing && found.failingSince === null) this.recoveries++;
        this.archiving = found;
        this.write();
        fault = undefined;
      } catch (error) {
        if (fault !== String(error)) log(`archiving: ${String(error)}`);
        fault = String(error);
      }
      await sleep(everyMs, undefined, { signal });
    }
  }

  /** Logs a change. */
  private tell({ failingSince, dropped }: Archiving): void {
    const isFailing = failingSince !== null;
    if (isFailing && !this.isFailing) log(`archiving: fails, WAL waits since ${failingSince}`);
    const before = this.archiving?.dropped;
    const isNew = dropped !== null && before !== undefined && dropped.segment !== before?.segment;
    if (isNew && !this.isDropping) log(`archiving: the server drops WAL, first ${dropped.segment}`);
    this.isDropping ||= isNew;
    if (isFailing || !this.isFailing) return;
    log(
      this.isDropping && dropped !== null
        ? `archiving: works again; WAL up to ${dropped.segment} was dropped`
        : "archiving: works again",
    );
    this.isDropping = false;
  }

  /** Replaces the file as a whole: a reader never finds half of it. */
  private write(): void {
    if (this.archiving === undefined) return;
    const report: BackupReport = {
      time: new Date().toISOString(),
      archiving: this.archiving,
      repositories: [...this.repositories.values()],
    };
    const unfinished = `${reportFile}.unfinished`;
    writeFileSync(unfinished, JSON.stringify(report));
    renameSync(unfinished, reportFile);
  }
}
