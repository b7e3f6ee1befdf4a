/** What a stack asks of restore drills: a part of `hosterizer-database:backup`, on every kind of server. */
export interface DrillDemands {
  /** For how many days a sound drill lets migrations of a database with data, and promotions, pass. Undefined: none is asked for. */
  drillWithin?: number | undefined;
  /** The share of a tenant table's rows, 0 to 1, that may be missing since the previous drill. */
  lossShare: number;
}

/** What a stack's backups are to be: `hosterizer-database:backup`, with its defaults. */
export interface BackupDeclaration extends DrillDemands {
  /** Where backups and the archive of the WAL go. Several have the same WAL, and backups of their own. None: backups are off. */
  repositories: readonly Repository[];
  /** Days for which the database can be recovered to any moment. */
  retention: number;
  /** When a backup is taken: a cron expression, in UTC. */
  schedule: string;
  /** When a drill restores each repository: a cron expression, in UTC. */
  drillSchedule: string;
  /** Whether repositories are encrypted. */
  encryption: boolean;
  /** What becomes of the WAL while no repository takes it. */
  whenArchivingFails: ArchivingFailure;
}

/** A place for backups and WAL. Its number in pgBackRest is its place in the list, from 1. */
interface Repository {
  /** A volume of the server's own engine, which a loss of that machine takes along. */
  type: "volume";
}

/** `keep`: the server keeps all WAL, until its disk is full. Otherwise: it drops what is more than so many MiB, and with it the moments to recover to. */
type ArchivingFailure = "keep" | { dropBeyond: number };

/** Paths inside the server's container and the one that takes backups. */
export const backupPaths = {
  /** pgbackrest.conf and the scheduler's plan. Mounted read-only. */
  configuration: "/etc/pgbackrest",
  /** The volume with the repository. */
  repository: "/var/lib/pgbackrest",
  /** The server's socket for the container that takes backups. */
  socket: "/run/hosterizer",
  /** The volume of a drill: nothing in it outlives one. */
  drill: "/var/lib/hosterizer-drill",
  /** The server's data, at the same place in both. */
  data: "/var/lib/postgresql/data",
} as const;

/** The name that pgBackRest calls the server. */
export const stanza = "hosterizer";
