import { posix } from "node:path";

import { type BackupDeclaration, backupPaths, type Repository, stanza } from "./backupDeclaration";
import type { RepositoryKeys } from "./repositoryKeys";

/**
 * The text of pgbackrest.conf, which contains the keys of the repositories and what S3 asks for.
 *
 * https://pgbackrest.org/configuration.html
 */
export function configurationFile(declared: BackupDeclaration, keys: RepositoryKeys): string {
  const { repositories, retention } = declared;
  return [
    "# Written by hosterizer-database.",
    "[global]",
    ...repositories.flatMap((repository) => repositoryLines(repository, retention, keys)),
    "compress-type=zst",
    // Half of the computing that level 3 takes. Text is a fifth larger then, JSON 29 %, and other rows are not.
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

function repositoryLines(repository: Repository, retention: number, keys: RepositoryKeys) {
  const { number, key } = repository;
  const options = {
    ...placeOptions(repository),
    // One file for many small ones: a database of this platform has more tables than data at first.
    bundle: "y",
    // A full backup is kept as long as the moments that it takes to recover are.
    "retention-full-type": "time",
    "retention-full": String(retention),
    "cipher-type": key === undefined ? "none" : "aes-256-cbc",
  };
  const lines = Object.entries(options).map(([name, value]) => `repo${number}-${name}=${value}`);
  return key === undefined ? lines : [...lines, ...keyLines(number, key, keys)];
}

/** `keysInConfiguration` reads them where nothing else has the keys. */
function keyLines(number: number, key: number, keys: RepositoryKeys): string[] {
  const pass = keys[key];
  if (pass === undefined) throw new Error(`there is no key ${key} of the backups`);
  return [`# repo${number} has key ${key}`, `repo${number}-cipher-pass=${pass}`];
}

function placeOptions(repository: Repository): Record<string, string> {
  if (repository.type === "volume")
    return { path: posix.join(backupPaths.repository, repository.path) };
  const { number, path, endpoint, port, bucket, region, uriStyle } = repository;
  return {
    type: "s3",
    path,
    "s3-endpoint": endpoint,
    "storage-port": String(port),
    "s3-bucket": bucket,
    "s3-region": region,
    "s3-uri-style": uriStyle,
    "s3-key": repository.accessKey,
    "s3-key-secret": repository.secretKey,
    ...(repository.sslrootcert === undefined
      ? {}
      : { "storage-ca-file": posix.join(backupPaths.configuration, authorityFileOf(number)) }),
  };
}

/** Name of the file with the certificate authority of a repository's server, beside pgbackrest.conf. */
export function authorityFileOf(repository: number): string {
  return `repository-${repository}.pem`;
}
