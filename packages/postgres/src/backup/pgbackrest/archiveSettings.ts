import type { ServerSetting } from "../../server/settings/parameters";
import { type BackupDeclaration, stanza } from "./backupDeclaration";

/** Seconds after which the server archives a segment that is not full: the most that a loss of the whole server takes along. */
export const archiveTimeout = 60;

/**
 * How the server archives its WAL. `archive_mode` is always on, so that this needs no restart.
 *
 * A repository that does not answer takes four seconds, not the minutes that pgBackRest would wait: the server does not shut down
 * while the command runs. https://www.postgresql.org/docs/15/continuous-archiving.html
 */
export function archiveSettings({
  repositories,
}: Pick<BackupDeclaration, "repositories">): ServerSetting[] {
  if (repositories.length === 0)
    return [{ name: "archive_command", value: "/bin/true", reason: "backups are off" }];
  return [
    {
      name: "archive_command",
      value: `timeout 4 pgbackrest --stanza=${stanza} --spool-path=/var/lib/postgresql/pgbackrest/spool archive-push %p`,
      reason: "all WAL since the oldest backup is kept, so that any moment can be recovered",
    },
    {
      name: "archive_timeout",
      value: String(archiveTimeout),
      reason: "at most so many seconds are lost with the whole server",
    },
  ];
}
