import { isIP } from "node:net";

import { z } from "zod";

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

/** Pulumi hands an object of the configuration over as JSON. */
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

/** `pulumi config set` writes a number within an object or a list as one, or as text. */
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

/** What every stack has. */
const everywhere = {
  port: port.prefault("5433"),
  database: databaseName.prefault("hosterizer"),
  lockTimeout: wholeNumber("a number of milliseconds", 1, 600_000).prefault("500"),
  migrationTarget: wholeNumber("the number of a migration", 0, 999_999).optional(),
  acknowledgedLoss: counts.prefault("{}"),
  logins: logins.prefault("{}"),
  signingKeys: signingKeys.optional(),
  proof: z
    .enum(["true", "false"], 'is not "true" or "false"')
    .prefault("true")
    .transform((text) => text === "true"),
};

/** The configuration of each kind of instance, as Pulumi hands it over: every value a string. */
export const settingsSchemas = {
  embedded: z.strictObject({ instance: z.literal("embedded"), ...everywhere }),
  docker: z.strictObject({
    instance: z.literal("docker"),
    ...everywhere,
    poolerPort: port.prefault("6432"),
    dockerName: dockerName.optional(),
    publishAddress: address.prefault("127.0.0.1"),
    host: hostName.prefault("127.0.0.1"),
    memory: wholeNumber("a number of MiB", 256, 1_048_576).prefault("1024"),
    serverSettings: overrides.prefault("{}"),
    poolSize: wholeNumber("a number of connections", 1, 10_000).prefault("25"),
    packagesOf: z.iso.date("is not a date (2026-11-25)").optional(),
  }),
  external: z.strictObject({
    instance: z.literal("external"),
    ...everywhere,
    host: hosts,
    port: wholeNumber("a port", 1, 65535).prefault("5432"),
    connectDatabase: text.prefault("postgres"),
    sslmode: z
      .enum(
        ["verify-full", "verify-ca"],
        'is not "verify-full" or "verify-ca": with less than that nobody knows who answers',
      )
      .prefault("verify-full"),
    sslrootcert: text.optional(),
    sslcert: text.optional(),
    sslkey: text.optional(),
    deployRole: roleName,
    deployPassword: text.optional(),
    deployPasswordVariable: variableName.optional(),
    deployPasswordCommand: text.optional(),
    applicationConnections: wholeNumber("a number of connections", 1, 100_000).prefault("25"),
  }),
};
