import { expect, test } from "vitest";

import type { BackupDeclaration } from "../../../src/backup/pgbackrest/backupDeclaration";
import { configurationFile } from "../../../src/backup/pgbackrest/configurationFile";
import {
  keysInConfiguration,
  parseKeys,
  renderKeys,
} from "../../../src/backup/pgbackrest/repositoryKeys";

const declared: BackupDeclaration = {
  repositories: [
    { type: "volume", number: 3, path: "/second", key: 2 },
    {
      ...{ type: "s3", number: 2, path: "/dev", key: undefined, uriStyle: "path" },
      ...{ endpoint: "s3.example", port: 9000, bucket: "backups", region: "eu-central-1" },
      ...{ sslrootcert: "authority.pem", accessKey: "access", secretKey: "secret" },
    },
  ],
  ...{ retention: 14, schedule: "17 2 * * *", drillSchedule: "17 4 * * SUN" },
  ...{ whenArchivingFails: "keep", lossShare: 0.1 },
};
const keys = { 1: "1".repeat(43), 2: "2".repeat(43) };

function lines(repository: number): string[] {
  const text = configurationFile(declared, keys);
  return text.split("\n").filter((line) => line.startsWith(`repo${repository}-`));
}

test("a repository in a folder of the volume keeps its number, and has the key that it names", () => {
  expect(lines(3)).toEqual([
    "repo3-path=/var/lib/pgbackrest/second",
    "repo3-bundle=y",
    "repo3-retention-full-type=time",
    "repo3-retention-full=14",
    "repo3-cipher-type=aes-256-cbc",
    `repo3-cipher-pass=${keys[2]}`,
  ]);
});

test("a repository in S3 has its server, its authority and what opens it", () => {
  expect(lines(2)).toEqual([
    "repo2-type=s3",
    "repo2-path=/dev",
    "repo2-s3-endpoint=s3.example",
    "repo2-storage-port=9000",
    "repo2-s3-bucket=backups",
    "repo2-s3-region=eu-central-1",
    "repo2-s3-uri-style=path",
    "repo2-s3-key=access",
    "repo2-s3-key-secret=secret",
    "repo2-storage-ca-file=/etc/pgbackrest/repository-2.pem",
    "repo2-bundle=y",
    "repo2-retention-full-type=time",
    "repo2-retention-full=14",
    "repo2-cipher-type=none",
  ]);
});

test("no repository is written without its key", () => {
  expect(() => configurationFile(declared, { 1: keys[1] })).toThrow("there is no key 2");
});

test("the keys are found in what was written, by their own numbers", () => {
  expect(keysInConfiguration(configurationFile(declared, keys))).toEqual({ 2: keys[2] });
});

test.each([{ 1: keys[1] }, keys, { 2: keys[2] }])("%j is read as it was printed", (some) => {
  expect(parseKeys(`${renderKeys(some)}\n`)).toEqual(some);
});

test("one key is printed by itself", () => {
  expect(renderKeys({ 1: keys[1] })).toBe(keys[1]);
});

test.each(["", "short", `1:${keys[1]} 1:${keys[2]}`, `${keys[1]} ${keys[2]}`])(
  "%j has no keys",
  (text) => {
    expect(parseKeys(text)).toBeUndefined();
  },
);
