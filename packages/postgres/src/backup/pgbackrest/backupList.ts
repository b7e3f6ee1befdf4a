/** What `pgbackrest info --output=json` says of a stanza. https://pgbackrest.org/command.html#command-info */
interface StanzaInfo {
  name: string;
  status: { code: number; message: string };
  repo: { key: number; status: { code: number; message: string } }[];
  backup: BackupInfo[];
  archive: ArchiveInfo[];
  db: { "repo-key": number; "system-id": string }[];
}

interface ArchiveInfo {
  database: { id: number; "repo-key": number };
  min: string | null;
  max: string | null;
}

interface BackupInfo {
  label: string;
  type: "full" | "diff" | "incr";
  error: boolean;
  database: { id: number; "repo-key": number };
  /** Seconds since 1970. */
  timestamp: { start: number; stop: number };
  /** Names of segments. */
  archive: { start: string; stop: string };
  lsn: { start: string; stop: string };
  info: { size: number; repository: { delta: number; size?: number } };
}

/** A base backup. */
export interface Backup {
  label: string;
  /** Number of the repository that has it. */
  repository: number;
  type: "full" | "differential" | "incremental";
  start: Date;
  /** The earliest moment that can be recovered from it. */
  stop: Date;
  stopLsn: string;
  /** The first segment of WAL that a recovery from it needs. */
  firstSegment: string;
  /** The timeline that it was taken on. */
  timeline: number;
  /** Bytes of the database. */
  size: number;
  /** Bytes that it takes in the repository, besides those of the backups that it builds on. */
  added: number;
  /** Whether pages with wrong checksums were found. */
  faulty: boolean;
}

/** A repository as pgBackRest sees it. */
export interface RepositoryState {
  repository: number;
  /** What is wrong with it, in pgBackRest's words; undefined: it is fine, or just empty. */
  fault: string | undefined;
  /** Whether it knows a server. */
  exists: boolean;
  /** The identifier of that server, as `pg_controldata` prints it. */
  systemId: string | undefined;
  /** Oldest first. */
  backups: readonly Backup[];
  /** The first and the last segment of WAL of the present server. */
  segments: { first: string; last: string } | undefined;
}

const types = { full: "full", diff: "differential", incr: "incremental" } as const;

/** pgBackRest's codes of a stanza: https://github.com/pgbackrest/pgbackrest/blob/main/src/command/info/info.c */
const fine = 0;
const missing = 1;
const noBackups = 2;

/**
 * The state of each repository.
 *
 * @param json what `pgbackrest info --output=json` has printed
 * @param repositories their numbers
 */
export function readBackupList(json: string, repositories: readonly number[]): RepositoryState[] {
  // Its messages have line breaks and, with a wrong key, bytes that are no text: pgBackRest 2.45 leaves both as they are.
  // An identifier has more digits than a number of JavaScript.
  const text = json
    .replaceAll(/\p{Cc}/gu, " ")
    .replaceAll(/"system-id":(\d+)/g, '"system-id":"$1"');
  const [info] = JSON.parse(text) as StanzaInfo[];
  return repositories.map((repository) => {
    const status = info?.repo.find(({ key }) => key === repository)?.status;
    const isHere = ({ database }: BackupInfo | ArchiveInfo) => database["repo-key"] === repository;
    const servers = (info?.db ?? []).filter((server) => server["repo-key"] === repository);
    const archive = info?.archive.filter(isHere).at(-1);
    const { min = null, max = null } = archive ?? {};
    return {
      repository,
      fault:
        status === undefined || [fine, missing, noBackups].includes(status.code)
          ? undefined
          : readable(status.message),
      exists: status !== undefined && status.code !== missing,
      systemId: servers.at(-1)?.["system-id"],
      backups: (info?.backup ?? []).filter(isHere).map(backupOf),
      segments: min === null || max === null ? undefined : { first: min, last: max },
    };
  });
}

/** The first line of a message, and what S3 calls the error. With a wrong key the others quote what is not text. */
function readable(message: string): string {
  const [line = ""] = message.split("\n");
  const code = /<Code>(\w+)<\/Code>/.exec(message)?.[1];
  const words = line.replace(/:$/, "");
  return (code === undefined ? words : `${words}: ${code}`)
    .replaceAll(/[^\x20-\x7e]+/g, " ")
    .slice(0, 300);
}

function backupOf(found: BackupInfo): Backup {
  const { label, type, error, database, timestamp, archive, lsn, info } = found;
  return {
    label,
    repository: database["repo-key"],
    type: types[type],
    start: new Date(timestamp.start * 1000),
    stop: new Date(timestamp.stop * 1000),
    stopLsn: lsn.stop,
    firstSegment: archive.start,
    timeline: timelineOf(archive.start),
    size: info.size,
    added: info.repository.delta,
    faulty: error,
  };
}

/** The timeline in the name of a segment. https://www.postgresql.org/docs/15/continuous-archiving.html#BACKUP-TIMELINES */
export function timelineOf(segment: string): number {
  return Number.parseInt(segment.slice(0, 8), 16);
}
