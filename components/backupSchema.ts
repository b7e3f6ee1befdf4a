import { isIP } from "node:net";

import { z } from "zod";

import {
  type BackupDeclaration,
  type Repository,
  repositoryPlace,
} from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import { parseKeys } from "@hosterizer/postgres/backup/pgbackrest/repositoryKeys";
import { scheduleFault } from "@hosterizer/postgres/backup/schedule";

export const notBackup = 'is not an object, such as {"schedule": "0 3 * * *"}';

const days = (what: string) =>
  z
    .string(`is not ${what}, such as 14d`)
    .regex(/^[1-9]\d{0,3}d$/, `is not ${what}, such as 14d`)
    .transform((text) => Number(text.slice(0, -1)));

const yesOrNo = z
  .union([z.boolean(), z.enum(["true", "false"])], 'is not "true" or "false"')
  .transform((value) => String(value) === "true");

const cron = z
  .string("is not a cron expression, such as 17 2 * * *")
  .superRefine((text, context) => {
    const fault = scheduleFault(text);
    if (fault !== undefined) context.addIssue(fault);
  });

/** What is asked of restore drills, on every kind of server. */
export const drills = {
  /** For how many days a sound drill lets migrations of a database with data, and promotions, pass. Default: none is asked for. */
  drillWithin: days("a number of days").optional(),
  /** The share of a tenant table's rows that may be missing since the previous drill. Default a tenth. */
  lossShare: z
    .string("is not a share, such as 10%")
    .regex(/^(\d|[1-9]\d|100)%$/, "is not a share, such as 10%")
    // A tenth of a table is more than tenants delete in a week, and less than a mistake takes.
    .prefault("10%")
    .transform((text) => Number(text.slice(0, -1)) / 100),
};

/** `pulumi config set` writes a number in an object or a list as a number or as text. */
const numberWithin = (what: string, low: number, high: number) => {
  const message = `is not ${what} (${low} to ${high})`;
  return z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], message)
    .pipe(z.int(message).min(low, message).max(high, message));
};

const filled = (message: string) => z.string(message).regex(/\S/, message);

/** What pgBackRest, the drills and the scheduler make in a repository. A repository in one of them would be damaged by the other. */
const taken = /^\/(archive|backup|copy-id|drills|restore-points)(\/|$)/;

const path = z
  .string("is not a path from the root, such as /dev")
  .regex(
    /^\/([A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?$/,
    "is not a path from the root, such as /dev",
  );

const common = {
  /** Its number in commands, and in pgBackRest. Default: its place in the list, from 1. */
  number: numberWithin("a number of a repository", 1, 99).optional(),
  /** Whether it is encrypted. Default: as `backup.encryption`. */
  encryption: yesOrNo.optional(),
  /** Number of the key that it is encrypted with. Another number is another key. Default 1. */
  key: numberWithin("the number of a key", 1, 99).optional(),
};

const endpoint = z
  .string("is not the name of a server, such as s3.eu-central-1.amazonaws.com")
  .regex(
    /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/,
    "is not the name of a server alone, such as s3.eu-central-1.amazonaws.com (always over TLS; the port is a key of its own)",
  )
  .refine(
    (name) => isIP(name) === 0,
    "is an address, and pgBackRest verifies certificates for names only: use a name",
  );

const repository = z.discriminatedUnion(
  "type",
  [
    z.strictObject({
      type: z.literal("volume"),
      /** The folder in the volume. Another one than / is for a second repository, while a key is rotated. */
      path: path
        .refine((text) => !taken.test(text), "is a folder of the repository /")
        .prefault("/"),
      ...common,
    }),
    z.strictObject({
      type: z.literal("s3"),
      endpoint,
      /** Default 443. */
      port: numberWithin("a port", 1, 65535).prefault(443),
      bucket: z
        .string("is not the name of a bucket")
        .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "is not the name of a bucket"),
      region: filled("is not a region, such as eu-central-1"),
      /** The folder in the bucket. No other server may use it. */
      path: path.refine((text) => text !== "/", "is the whole bucket: name a folder, such as /dev"),
      /** Whether the bucket is part of the server's name (`host`), as Amazon has it, or of the path. Default host. */
      uriStyle: z.enum(["host", "path"], 'is not "host" or "path"').prefault("host"),
      /** Path of a PEM file with the certificate authority, from the project folder. Default: those that Debian trusts. */
      sslrootcert: filled("is not the path of a file").optional(),
      /** Both are secrets. */
      accessKey: filled("is not an access key"),
      secretKey: filled("is not a secret key"),
      ...common,
    }),
  ],
  'is not "volume" or "s3"',
);

type WrittenRepository = z.output<typeof repository>;

const notRepositories = 'is not a list of repositories, such as [{"type": "volume"}]';

/** See BackupDeclaration. */
export const backup = z
  .strictObject(
    {
      repositories: z.array(repository, notRepositories).prefault([{ type: "volume" }]),
      /** For how many days any moment can be recovered. Default 14. */
      retention: days("a number of days").prefault("14d"),
      /** When a backup is taken, as a cron expression in UTC. Default: every night at 2:17. */
      schedule: cron.prefault("17 2 * * *"),
      /** When a drill restores each repository and checks what it got, in UTC. Default: Sundays at 4:17. */
      drillSchedule: cron.prefault("17 4 * * SUN"),
      ...drills,
      /** Whether repositories are encrypted. Default true. */
      encryption: yesOrNo.prefault("true"),
      /** What to do with WAL that no repository takes: keep it, or drop what is more than this. Default keep. */
      whenArchivingFails: z
        .union(
          [
            z.literal("keep"),
            z
              .strictObject({ dropBeyond: z.string().regex(/^[1-9]\d{0,5}GiB$|^[1-9]\d{2,5}MiB$/) })
              .transform(({ dropBeyond }) => ({
                dropBeyond:
                  Number(dropBeyond.slice(0, -3)) * (dropBeyond.endsWith("GiB") ? 1024 : 1),
              })),
          ],
          'is not "keep" or {"dropBeyond": "10GiB"}',
        )
        .prefault("keep"),
    },
    notBackup,
  )
  .transform(({ repositories, encryption, ...others }, context): BackupDeclaration => {
    const fault = (place: (string | number)[], message: string, input: unknown) => {
      context.addIssue({ code: "custom", path: place, message, input });
    };
    if (others.drillWithin !== undefined && repositories.length === 0) {
      const message = "asks for drills, and backups are off: no drill can restore any";
      fault(["drillWithin"], message, others.drillWithin);
    }
    repositories.forEach(({ key, encryption: own = encryption }, index) => {
      if (key !== undefined && !own)
        fault(["repositories", index, "key"], "is a key, and encryption is off", key);
    });
    const numbered = repositories.map((written, index) => resolved(written, index, encryption));
    for (const [place, message, input] of contradictions(numbered))
      fault(["repositories", ...place], message, input);
    return { ...others, repositories: numbered };
  });

/** A repository with everything that follows from its place and the others' settings. */
function resolved(
  { number, key = 1, encryption, ...written }: WrittenRepository,
  index: number,
  byDefault: boolean,
): Repository {
  const isEncrypted = encryption ?? byDefault;
  return { ...written, number: number ?? index + 1, key: isEncrypted ? key : undefined };
}

type Contradiction = [place: (string | number)[], message: string, value: unknown];

/** Repositories that are valid alone, but not together. */
function contradictions(repositories: readonly Repository[]): Contradiction[] {
  const faults: Contradiction[] = [];
  const ciphers = new Set(repositories.map(({ key }) => key));
  const count = repositories.length;
  if (count > 3) faults.push([[], `has ${count} repositories, and 3 are the most`, "…"]);
  else if (count === 3 && ciphers.size === 1)
    faults.push([[], "has 3 repositories with one key: a third is for the rotation of a key", "…"]);
  repositories.forEach((one, index) => {
    const earlier = repositories.slice(0, index);
    if (earlier.some(({ number }) => number === one.number))
      faults.push([[index, "number"], "is the number of another repository", one.number]);
    if (earlier.some((other) => isSamePlace(one, other)))
      faults.push([[index, "path"], "is the place of another repository", one.path]);
    else if (
      earlier.some(({ type, key }) => type === "volume" && one.type === type && key === one.key)
    )
      faults.push([
        [index, "type"],
        "is in the same volume as another one, with the same key: use one of them",
        one.type,
      ]);
  });
  return faults;
}

function isSamePlace(one: Repository, other: Repository): boolean {
  const endpointOf = (each: Repository) => (each.type === "s3" ? each.endpoint : "");
  return (
    repositoryPlace(one, "") === repositoryPlace(other, "") && endpointOf(one) === endpointOf(other)
  );
}

/** The keys by their numbers, from what `db -- backup key` prints. */
export const backupKeys = z.string().transform((text, context) => {
  const keys = parseKeys(text);
  if (keys !== undefined) return keys;
  context.addIssue("is not a key of at least 20 printable characters, or several such as 1:… 2:…");
  return z.NEVER;
});
