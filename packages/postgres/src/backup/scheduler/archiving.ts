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

/** The time that the rate of WAL is taken of, at least and at most. */
const rateOverMs = { least: 60_000, most: 60 * 60_000 };

/** While all is well, WAL waits this long at most. */
const patienceMs = (archiveTimeout + 15) * 1000;
/** The server is asked why when WAL waits for so long, and how much it has written once a minute. */
const askAfterMs = { waiting: 5_000, always: 60_000 };

/** Watches how the server archives its WAL: in its data, which this container may read, and by its own account. */
export class ArchivingWatch {
  private samples: Sample[] = [];
  private failingSince: number | undefined;

  async look(now = Date.now()): Promise<Archiving> {
    const waiting = await waitingFiles();
    const dropped = await readDropped();
    const oldest = Math.min(now, ...waiting.map(({ since }) => since));
    const isDue = now - (this.samples.at(-1)?.at ?? 0) >= askAfterMs.always;
    const isSlow = now - oldest >= askAfterMs.waiting || this.failingSince !== undefined;
    const account = isDue || isSlow ? await this.ask(now) : undefined;
    const isFailing =
      now - oldest > patienceMs ||
      // A server that does not answer has not begun to archive again.
      (waiting.length > 0 && (account?.failing ?? this.failingSince !== undefined)) ||
      // What is dropped counts as archived.
      (dropped !== null && account?.archived === dropped.segment);
    this.failingSince = isFailing ? (this.failingSince ?? oldest) : undefined;
    return {
      failingSince:
        this.failingSince === undefined ? null : new Date(this.failingSince).toISOString(),
      waiting: waiting.filter(({ name }) => /^[0-9A-F]{24}$/.test(name)).length,
      bytesPerSecond: this.rate(),
      freeBytes: await freeBytes(),
      dropped,
    };
  }

  private async ask(now: number): Promise<ServerAccount | undefined> {
    const account = await readAccount().catch(() => undefined);
    if (account === undefined) return undefined;
    const kept = this.samples.filter(({ at }) => now - at <= rateOverMs.most);
    this.samples = [...kept, { at: now, lsn: lsnOf(account.lsn) }];
    return account;
  }

  private rate(): number | null {
    const [first] = this.samples;
    const last = this.samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < rateOverMs.least)
      return null;
    return Number(last.lsn - first.lsn) / ((last.at - first.at) / 1000);
  }
}

interface ServerAccount {
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

/** The files that the server has yet to archive, and since when. */
export async function waitingFiles(): Promise<{ name: string; since: number }[]> {
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
