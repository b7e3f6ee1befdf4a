import { isIP } from "node:net";

import { z } from "zod";

import { backup, backupKeys, drills, notBackup } from "./backupSchema";

/** Prefix of every configuration key. */
export const project = "hosterizer-database";

const wholeNumber = (what: string, low: number, high: number) =>
  z
    .string()
    .regex(/^\d+$/, `is not ${what} (${low} to ${high})`)
    .transform(Number)
    .refine((number) => number >= low && number <= high, `is not ${what} (${low} to ${high})`);

const port = wholeNumber("a port", 1024, 65535);

const databaseName = z
  .string()
  .regex(
    /^[a-z_][a-z0-9_]{0,62}$/,
    "is not a database name (lower-case letters, digits and _, 63 at most, no digit first)",
  )
  .refine(
    (name) => !["postgres", "template0", "template1"].includes(name),
    "belongs to PostgreSQL itself",
  );

const address = z
  .string()
  .refine((text) => isIP(text) !== 0, "is not an IP address (127.0.0.1, or 0.0.0.0 for all)");

const hostName = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 || /^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text),
    "is not a host name or an IP address",
  );

const dockerName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
    "is not a name for Docker (lower-case letters, digits and - between them, 40 at most)",
  );

const notSettings = 'is not an object of settings, such as {"work_mem": "16MB"}';

/** Pulumi passes an object of the configuration as JSON. */
const objectOf = (message: string) =>
  z.string().transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue(message);
      return z.NEVER;
    }
  });

const overrides = objectOf(notSettings).pipe(
  z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean()], notSettings).transform(String),
    notSettings,
  ),
);

/** `pulumi config set` writes a number in an object or a list as a number or as text. */
const writtenNumber = (message: string) =>
  z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], message)
    .pipe(z.int(message).nonnegative(message));

const notCounts = 'is not an object of row counts, such as {"public.sites": 12}';

const counts = objectOf(notCounts).pipe(z.record(z.string(), writtenNumber(notCounts), notCounts));

const notLogins = 'is not an object of login numbers, such as {"app_user": [1, 2]}';

const logins = objectOf(notLogins).pipe(
  z.record(
    z.string(),
    z
      .array(writtenNumber(notLogins).pipe(z.int().max(999_999, notLogins)), notLogins)
      .min(1, notLogins)
      .max(2, notLogins),
    notLogins,
  ),
);

const notKeys = "is not a list of key numbers, such as [1, 2]";

const signingKeys = objectOf(notKeys).pipe(
  z
    .array(writtenNumber(notKeys).pipe(z.int().min(1, notKeys).max(999_999, notKeys)), notKeys)
    .min(1, notKeys)
    .max(5, notKeys)
    .refine((numbers) => new Set(numbers).size === numbers.length, "names a key twice"),
);

const notDigests =
  'is not an object of digests, such as {"debian:bookworm-slim": "sha256:…"}, of debian:bookworm-slim, debian:trixie-slim or ' +
  "node:24-bookworm-slim";

const digest = z
  .string(notDigests)
  .regex(/^sha256:[0-9a-f]{64}$/, notDigests)
  .optional();

const baseImages = objectOf(notDigests).pipe(
  z.strictObject(
    {
      "debian:bookworm-slim": digest,
      "debian:trixie-slim": digest,
      "node:24-bookworm-slim": digest,
    },
    notDigests,
  ),
);

/** Of a server whose owner makes the backups. */
const othersBackup = z.strictObject(drills, notBackup);

const hosts = z
  .string()
  .transform((text) => text.split(",").map((host) => host.trim()))
  .refine(
    (names) => names.every((name) => hostName.safeParse(name).success),
    "is not a host name or an IP address, nor several with commas between them",
  )
  .refine((names) => new Set(names).size === names.length, "names a host twice");

const text = z.string().refine((value) => value.trim() !== "", "is empty");

const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not the name of an environment variable");

const roleName = z
  .string()
  .refine((name) => name !== "" && Buffer.byteLength(name) <= 63, "is not a role (1 to 63 bytes)");

/**
 * What a user would type after `pulumi config set`: the value, or, from `--` or the project's name on, everything.
 */
const example = (text: string) => ({ example: text });

/** The keys of every stack. */
const everywhere = {
  /** TCP port of the server. An ordinary user cannot listen below 1024. Default 5433; of an external server 5432. */
  port: port.prefault("5433").meta(example("5433")),
  /** Name of the database. Default hosterizer. */
  database: databaseName.prefault("hosterizer").meta(example("hosterizer")),
  /** How long a migration waits for a lock before it lets others pass and tries again, in milliseconds. Default 500. */
  lockTimeout: wholeNumber("a number of milliseconds", 1, 600_000)
    .prefault("500")
    .meta(example("500")),
  /** Number of the last migration to be applied; later ones are undone. Default: the last in the folder. */
  migrationTarget: wholeNumber("the number of a migration", 0, 999_999)
    .optional()
    .meta(example("9")),
  /** How many rows of a table (`public.sites`), or values of a column (`public.sites.note`), an undo may delete. Default none. */
  acknowledgedLoss: counts
    .prefault("{}")
    .meta(example(`--path '${project}:acknowledgedLoss["public.sites"]' 12`)),
  /** Which logins of a role work, by its name; `rotate-password` writes it. Default: each role's first, the role itself. */
  logins: logins.prefault("{}").meta(example(`--path '${project}:logins.app_user[0]' 1`)),
  /** Numbers of the keys that contexts may be signed with; applications get the last one. Default: none, or 1 where contexts are signed. */
  signingKeys: signingKeys.optional().meta(example(`--path '${project}:signingKeys[1]' 2`)),
  /** Whether each update ends with the proof that tenants are isolated. Default true. */
  proof: z
    .enum(["true", "false"], 'is not "true" or "false"')
    .prefault("true")
    .transform((text) => text === "true")
    .meta(example("false")),
};

/** The configuration of each kind of instance, as Pulumi passes it: every value a string. */
export const settingsSchemas = {
  /** A server from an npm package, on this machine. */
  embedded: z.strictObject({
    instance: z.literal("embedded").meta(example("embedded")),
    ...everywhere,
  }),
  /** A server and PgBouncer in containers. */
  docker: z.strictObject({
    instance: z.literal("docker").meta(example("embedded")),
    ...everywhere,
    /** TCP port of PgBouncer. Default 6432. */
    poolerPort: port.prefault("6432").meta(example("6432")),
    /** Prefix of the names of network, volumes, containers and images. Default hosterizer-<stack>. */
    dockerName: dockerName.optional().meta(example("hosterizer-dev")),
    /** Address of the engine's machine on which both ports are published. Default 127.0.0.1: only that machine connects. */
    publishAddress: address.prefault("127.0.0.1").meta(example("127.0.0.1")),
    /** What clients call that machine; the certificates are issued for it. Default 127.0.0.1. */
    host: hostName.prefault("127.0.0.1").meta(example("127.0.0.1")),
    /** Memory of the server's container in MiB; its memory settings follow from that. Default 1024. */
    memory: wholeNumber("a number of MiB", 256, 1_048_576).prefault("1024").meta(example("1024")),
    /** Settings of the server that differ from the default tier of docs/server-settings.md. Default none. */
    serverSettings: overrides
      .prefault("{}")
      .meta(example(`--path ${project}:serverSettings.work_mem 16MB`)),
    /** How many connections PgBouncer opens for each role. Default 25, as in the guide's Connection Pooling. */
    poolSize: wholeNumber("a number of connections", 1, 10_000).prefault("25").meta(example("25")),
    /** The volume with the data; a recovery writes it. Default: dockerName with -data. */
    dataVolume: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_.-]{0,99}$/, "is not the name of a volume")
      .optional()
      .meta(example("hosterizer-dev-data")),
    /** Backups and the archive of the WAL: see docs/back-up.md. Default: a volume, every night, for 14 days. */
    backup: objectOf(notBackup)
      .pipe(backup)
      .prefault("{}")
      .meta(example(`--path ${project}:backup.schedule '0 3 * * *'`)),
    /** The keys of backups that exist already, as `db -- backup key` prints them, a secret: after the loss of a state. Default: new ones. */
    backupKey: backupKeys.optional().meta(example(`--secret ${project}:backupKey`)),
    /** The day of the Debian packages in the images; a later day builds them again. Default: the day of the first build. */
    packagesOf: z.iso.date("is not a date (2026-11-25)").optional().meta(example("2026-11-25")),
    /** Digests of the images of Docker Hub that ours are built on. Default: what their tags name when they are pulled. */
    baseImages: baseImages
      .prefault("{}")
      .meta(example(`--path '${project}:baseImages["debian:bookworm-slim"]' sha256:…`)),
  }),
  /** A server that exists already, managed or self-run, reached over TLS. */
  external: z.strictObject({
    instance: z.literal("external").meta(example("embedded")),
    ...everywhere,
    /** Names or addresses; of several, the one that accepts writes is used. */
    host: hosts.meta(example("127.0.0.1")),
    port: wholeNumber("a port", 1, 65535).prefault("5432").meta(example("5433")),
    /** Where the deploy role connects before our database exists. Default postgres. */
    connectDatabase: text.prefault("postgres").meta(example("postgres")),
    /** As libpq means it. Default verify-full. */
    sslmode: z
      .enum(
        ["verify-full", "verify-ca"],
        'is not "verify-full" or "verify-ca": less than that does not verify the server',
      )
      .prefault("verify-full")
      .meta(example("verify-full")),
    /** Path of a PEM file with the certificate authority, from the project folder. Default: the operating system's. */
    sslrootcert: text.optional().meta(example("authority.pem")),
    /** Path of a PEM file with a client certificate; `sslkey` is that of its key. */
    sslcert: text.optional().meta(example("client.pem")),
    sslkey: text.optional().meta(example("client.key")),
    /** The role that creates roles, database and schema: LOGIN, CREATEDB and CREATEROLE are enough. */
    deployRole: roleName.meta(example("deploy")),
    /** Its password, a secret; or, in its place, one of the next two. */
    deployPassword: text.optional().meta(example(`--secret ${project}:deployPassword`)),
    /** The environment variable that holds the password. Default HOSTERIZER_DEPLOY_PASSWORD. */
    deployPasswordVariable: variableName.optional().meta(example("DEPLOY_PASSWORD")),
    /** A shell command that prints the password, such as a token that is valid for minutes. */
    deployPasswordCommand: text
      .optional()
      .meta(example(`${project}:deployPasswordCommand 'aws rds generate-db-auth-token …'`)),
    /** What is asked of restore drills. Default: none is asked for. */
    backup: objectOf(notBackup)
      .pipe(othersBackup)
      .prefault("{}")
      .meta(example(`--path ${project}:backup.drillWithin 8d`)),
    /** How many connections applications and poolers open at most, together. Default 25, as in the guide's Connection Pooling. */
    applicationConnections: wholeNumber("a number of connections", 1, 100_000)
      .prefault("25")
      .meta(example("25")),
  }),
};

export type Kind = keyof typeof settingsSchemas;

/** Every kind of instance. */
export const kinds: readonly Kind[] = ["embedded", "docker", "external"];

/** The settings of a stack with a server from an npm package. */
type EmbeddedSettings = z.output<typeof settingsSchemas.embedded>;
/** The settings of a stack with a server and PgBouncer in containers. */
export type DockerSettings = z.output<typeof settingsSchemas.docker> & { dockerName: string };
/** The settings of a stack on a server that exists already. */
export type ExternalSettings = z.output<typeof settingsSchemas.external>;

/** The stack's settings, valid as a whole. `instance` says where the server comes from. */
export type Settings = EmbeddedSettings | DockerSettings | ExternalSettings;
