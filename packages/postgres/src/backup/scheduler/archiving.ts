import { readdir, readFile, stat, statfs } from "node:fs/promises";
import { join } from "node:path";

import { type Connection, withClient } from "../../connection/connection";
import type { Archiving } from "../backupReport";
import { archiveTimeout, droppedFile } from "../pgbackrest/archiveSettings";
import { backupPaths } from "../pgbackrest/backupDeclaration";
import { lsnOf } from "../pgbackrest/timelines";

const status = join(backupPaths.data, "pg_wal", "archive_status");

/** A superuser's connection through the socket that both containers share. */
export const serverConnection: Connection = {
  ...{ host: backupPaths.socket, port: 5432, user: "postgres", database: "postgres" },
};

/** How far the server had written at a moment. */
interface Sample {
  at: number;
  lsn: bigint;
}

/** The shortest and the longest time over which the rate of WAL is measured. */
const rateOverMs = { least: 60_000, most: 60 * 60_000 };

/** While all is well, WAL waits this long at most. */
const patienceMs = (archiveTimeout + 15) * 1000;
/** The server is asked why when WAL waits for so long, and how much it has written once a minute. */
const askAfterMs = { waiting: 5_000, always: 60_000 };

/** What is seen of the server's archiving at a moment. */
export interface Sight {
  /** In milliseconds, as `Date.now()` counts them. */
  at: number;
  waiting: readonly WaitingFile[];
  dropped: Archiving["dropped"];
  freeBytes: number | null;
}

/** Watches how the server archives its WAL: in its data, which this container may read, and by its own account. */
export async function lookAtArchiving(judge: ArchivingJudge): Promise<Archiving> {
  const [waiting, dropped, bytes] = await Promise.all([waitingFiles(), readDropped(), freeBytes()]);
  const sight = { at: Date.now(), waiting, dropped, freeBytes: bytes };
  const account = judge.mustAsk(sight) ? await readAccount().catch(() => undefined) : undefined;
  return judge.judge(sight, account);
}

/** Tells from one sight after the other since when archiving fails, and how much WAL the server writes. */
export class ArchivingJudge {
  private samples: Sample[] = [];
  private failingSince: number | undefined;

  /** Whether the server's own account is needed to judge. */
  mustAsk({ at, waiting }: Pick<Sight, "at" | "waiting">): boolean {
    const isDue = at - (this.samples.at(-1)?.at ?? 0) >= askAfterMs.always;
    return (
      isDue || this.failingSince !== undefined || at - oldestOf(waiting, at) >= askAfterMs.waiting
    );
  }

  /** @param account undefined if the server was not asked, or does not answer */
  judge({ at, waiting, dropped, freeBytes }: Sight, account?: ServerAccount): Archiving {
    if (account !== undefined) this.addSample({ at, lsn: lsnOf(account.lsn) });
    const oldest = oldestOf(waiting, at);
    const before = this.failingSince;
    const wasDropped =
      dropped !== null && before !== undefined && new Date(dropped.time).getTime() >= before;
    const hasFailed =
      account === undefined
        ? // A server that does not answer has not begun to archive again.
          before !== undefined && (waiting.length > 0 || wasDropped)
        : (waiting.length > 0 && account.failing) ||
          // What is dropped counts as archived.
          (dropped !== null && account.archived === dropped.segment);
    const isFailing = at - oldest > patienceMs || hasFailed;
    // A server that archives, but not as fast as it writes, lacks what waits. What was dropped no longer waits, and was not archived either.
    const since = wasDropped ? before : Math.max(before ?? 0, oldest);
    this.failingSince = isFailing ? since : undefined;
    const segments = waiting.map(({ name }) => name).filter((name) => isSegment(name));
    return {
      failingSince:
        this.failingSince === undefined ? null : new Date(this.failingSince).toISOString(),
      waiting: segments.length,
      oldestWaiting: segments.sort()[0] ?? null,
      bytesPerSecond: this.rate(),
      freeBytes,
      dropped,
    };
  }

  private addSample(sample: Sample): void {
    // A recovery takes the server back.
    const kept = this.samples.filter(
      ({ at, lsn }) => sample.at - at <= rateOverMs.most && lsn <= sample.lsn,
    );
    this.samples = [...kept, sample];
  }

  private rate(): number | null {
    const [first] = this.samples;
    const last = this.samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < rateOverMs.least)
      return null;
    return Number(last.lsn - first.lsn) / ((last.at - first.at) / 1000);
  }
}

/** When the oldest of these files began to wait; now, if none does. */
function oldestOf(waiting: readonly WaitingFile[], now: number): number {
  return Math.min(now, ...waiting.map(({ since }) => since));
}

function isSegment(name: string): boolean {
  return /^[0-9A-F]{24}$/.test(name);
}

/** What the server says of its archiving. */
export interface ServerAccount {
  lsn: string;
  /** The last segment that it has archived. */
  archived: string | null;
  /** Whether the last attempt to archive something has failed. */
  failing: boolean;
}

async function readAccount(): Promise<ServerAccount | undefined> {
  return withClient(serverConnection, "archiving", async (client) => {
    const { rows } = await client.query<ServerAccount>(
      `select pg_catalog.pg_current_wal_lsn()::text as lsn, last_archived_wal as archived,
              coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) as failing
         from pg_catalog.pg_stat_archiver`,
    );
    return rows[0];
  });
}

/** A file that the server has yet to archive, and since when it waits. */
export interface WaitingFile {
  name: string;
  since: number;
}

export async function waitingFiles(): Promise<WaitingFile[]> {
  const ready = (await readdir(status)).filter((file) => file.endsWith(".ready"));
  const found = await Promise.all(
    ready.map(async (file) => {
      // It may have been archived in the meantime.
      const since = await stat(join(status, file)).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      );
      return since === undefined ? [] : [{ name: file.slice(0, -".ready".length), since }];
    }),
  );
  return found.flat();
}

async function freeBytes(): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(backupPaths.data);
    return bavail * bsize;
  } catch {
    return null;
  }
}

async function readDropped(): Promise<Archiving["dropped"]> {
  try {
    const segment = (await readFile(droppedFile, "utf8")).trim();
    const { mtime } = await stat(droppedFile);
    return { segment, time: mtime.toISOString() };
  } catch {
    return null;
  }
}
