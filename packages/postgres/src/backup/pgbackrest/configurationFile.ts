import { type BackupDeclaration, backupPaths, stanza } from "./backupDeclaration";

/**
 * The text of pgbackrest.conf, which contains the key of the repositories.
 *
 * https://pgbackrest.org/configuration.html
 *
 * @param key of the encryption
 */
export function configurationFile(declared: BackupDeclaration, key: string): string {
  const { repositories, retention, encryption } = declared;
  const repositoryLines = repositories.flatMap((_, index) => {
    const option = (name: string, value: string | number) =>
      `repo${index + 1}-${name}=${String(value)}`;
    return [
      option("path", backupPaths.repository),
      // One file for many small ones: a database of this platform has more tables than data at first.
      option("bundle", "y"),
      // A full backup is kept as long as the moments that it takes to recover are.
      option("retention-full-type", "time"),
      option("retention-full", retention),
      ...(encryption
        ? [option("cipher-type", "aes-256-cbc"), option("cipher-pass", key)]
        : [option("cipher-type", "none")]),
    ];
  });
  return [
    "# Written by hosterizer-database.",
    "[global]",
    ...repositoryLines,
    "compress-type=zst",
    // Half of the computing that level 3 takes. Text is a fifth larger then, and other rows are not.
    "compress-level=1",
    "process-max=2",
    // A backup begins with a checkpoint at once, not with the next one.
    "start-fast=y",
    // The server has another one, which outlives its container: see archiveSettings.
    "spool-path=/tmp/pgbackrest-spool",
    "lock-path=/tmp/pgbackrest",
    // Docker keeps what the containers print.
    "log-level-file=off",
    "log-level-console=warn",
    "",
    // Not for fetching: version 2.45 ends a recovery early at a switch of timelines (pgbackrest#2423).
    "[global:archive-push]",
    "archive-async=y",
    "",
    `[${stanza}]`,
    `pg1-path=${backupPaths.data}`,
    `pg1-socket-path=${backupPaths.socket}`,
    "",
  ].join("\n");
}
