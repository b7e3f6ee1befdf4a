import type { ServerSetting } from "../../server/settings/parameters";
import { type BackupDeclaration, stanza } from "./backupDeclaration";

/** Seconds after which the server archives a segment that is not full: the most that a loss of the whole server takes along. */
export const archiveTimeout = 60;

/** The last segment that the server has dropped, in a file of its volume whose time says when. */
export const droppedFile = "/var/lib/postgresql/pgbackrest/dropped";

/** Segments have 16 MiB. */
const segmentMebibytes = 16;

/** What archiving depends on. */
export interface ArchivedInto extends Pick<BackupDeclaration, "whenArchivingFails"> {
  /** One of them that fails makes the server keep the segment, whatever the others have. */
  repositories: readonly unknown[];
}

/**
 * How the server archives its WAL. `archive_mode` is always on, so that this needs no restart.
 *
 * A repository that does not answer takes three seconds, not the minutes that pgBackRest would wait: the server does not shut down
 * while the command runs. https://www.postgresql.org/docs/15/continuous-archiving.html
 */
export function archiveSettings({
  repositories,
  whenArchivingFails,
}: ArchivedInto): ServerSetting[] {
  if (repositories.length === 0)
    return [{ name: "archive_command", value: "/bin/true", reason: "backups are off" }];
  const push = `timeout 3 pgbackrest --stanza=${stanza} --spool-path=/var/lib/postgresql/pgbackrest/spool archive-push %p`;
  return [
    {
      name: "archive_command",
      value: whenArchivingFails === "keep" ? push : dropBeyond(whenArchivingFails.dropBeyond, push),
      reason: "all WAL since the oldest backup is kept, so that any moment can be recovered",
    },
    {
      name: "archive_timeout",
      value: String(archiveTimeout),
      reason: "at most so many seconds are lost with the whole server",
    },
  ];
}

/**
 * Shell that has the server drop its oldest segment while more than so many MiB wait.
 *
 * Not archive-push-queue-max: pgBackRest 2.45 looks at it only when it starts to push, and one push that hangs keeps the next from
 * starting.
 *
 * The server archives the history of a timeline before everything else, so that one that cannot be pushed would keep it from dropping
 * anything. It keeps the file for ever, and the container that takes backups archives it later: see `archiveHistories`.
 */
function dropBeyond(mebibytes: number, push: string): string {
  const segments = Math.floor(mebibytes / segmentMebibytes);
  return (
    `case %f in *.history) ${push} && exit 0;; esac; ` +
    `if test $(find pg_wal/archive_status -name "*.ready" | wc -l) -gt ${segments}; then case %f in ` +
    `*.history) echo "%f is archived later: more than ${mebibytes} MiB wait" >&2;; ` +
    `*) echo "WAL %f is dropped: more than ${mebibytes} MiB could not be archived" >&2; echo %f >${droppedFile};; ` +
    `esac; exit 0; fi; case %f in *.history) exit 1;; esac; ${push}`
  );
}
