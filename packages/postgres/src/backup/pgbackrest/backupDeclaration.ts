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
  /** What becomes of the WAL while no repository takes it. */
  whenArchivingFails: ArchivingFailure;
}

/** A place for backups and WAL. */
export type Repository = VolumeRepository | S3Repository;

interface AnyRepository {
  /** Its number in pgBackRest. It stays the same when another repository is removed. */
  number: number;
  /** The folder in the volume or the bucket, from its root. */
  path: string;
  /** Number of the key that it is encrypted with; undefined: it is not encrypted. */
  key: number | undefined;
}

/** A volume of the server's own engine, which a loss of that machine takes along. */
interface VolumeRepository extends AnyRepository {
  type: "volume";
}

/** A bucket of Amazon S3, or of a server that speaks its protocol. */
export interface S3Repository extends AnyRepository {
  type: "s3";
  /** Name of the server. */
  endpoint: string;
  port: number;
  bucket: string;
  region: string;
  /** Where the bucket's name stands: before the server's (`host`), or before the path (`path`). */
  uriStyle: "host" | "path";
  /** Path of a PEM file with the certificate authority, from the project folder. Default: those that the image's Debian trusts. */
  sslrootcert?: string | undefined;
  accessKey: string;
  /** Secret. */
  secretKey: string;
}

/**
 * What people call a repository: `hosterizer-dev-backup`, or `s3://bucket/path`.
 *
 * @param volume the name of the volume, where it is one
 */
export function repositoryPlace({ type, path, ...place }: RepositoryPlace, volume: string): string {
  const root = type === "s3" ? `s3://${place.bucket ?? ""}` : volume;
  return path === "/" ? root : `${root}${path}`;
}

type RepositoryPlace = Pick<Repository, "type" | "path"> & { bucket?: string };

/** Whether a loss of the server's machine takes all backups along. */
export function isOnOneMachine({ repositories }: Pick<BackupDeclaration, "repositories">): boolean {
  return repositories.length > 0 && repositories.every(({ type }) => type === "volume");
}

/** What is said where a loss of the server's machine takes all backups along. @param volume the only repository */
export function onOneMachine(volume: string): string {
  return `The only repository is a volume of the server's own machine: ${volume}. A loss of that machine takes data and backups along.`;
}

/** `keep`: the server keeps all WAL, until its disk is full. Otherwise: it drops what is more than so many MiB, and with it the moments to recover to. */
type ArchivingFailure = "keep" | { dropBeyond: number };

/** Paths inside the server's container and the one that takes backups. */
export const backupPaths = {
  /** pgbackrest.conf and the scheduler's plan. Mounted read-only. */
  configuration: "/etc/pgbackrest",
  /** The volume with the repositories. */
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
