import { resolve } from "node:path";

import { z } from "zod";

import type { SslMode } from "@hosterizer/postgres/connection/tlsOptions";
import { CommandError } from "../../commandError";
import { upCommand } from "./upCommand";

/** How to reach the database of a stack. */
export interface StackAccess {
  stack: string;
  host: string;
  port: number;
  database: string;
  sslmode: SslMode;
  /** Absolute path of a PEM file with the certificate authority, where it isn't the system's. */
  sslrootcert?: string;
  /** Where its pooler is reached, if it has one. */
  pooler?: { host: string; port: number };
  /** By role. */
  passwords: Readonly<Record<string, string>>;
  /** What one logs in as for a role, where it is another name than the role's. */
  logins?: Readonly<Record<string, string>>;
  /** What contexts are signed with, `id.secret`, where they are. */
  contextKey?: string;
  /** What still works for a role besides, while its password is being rotated. */
  previous?: Readonly<Record<string, Credentials>>;
}

/** Who logs in, and with which password. */
export interface Credentials {
  user: string;
  password: string;
}

/** What a URL has between the password and the database; an IPv6 address may be in brackets. */
const addressInUrl = /@\[?([^@/\]]+)\]?:(\d+)\//;

/** The outputs that matter here; see index.ts. A path among them is one from the project folder. */
const outputs = z.object({
  host: z.string(),
  port: z.number(),
  database: z.string(),
  // Outputs of stacks whose server is beyond this machine.
  sslmode: z.enum(["disable", "require", "verify-ca", "verify-full"]).default("disable"),
  sslrootcert: z.string().optional(),
  pooledUrl: z
    .string()
    .regex(addressInUrl)
    .transform((url) => {
      const [, host = "", port] = addressInUrl.exec(url) ?? [];
      return { host, port: Number(port) };
    })
    .optional(),
  rolePasswords: z.record(z.string(), z.string()),
  // Outputs of stacks where a password was rotated.
  roleLogins: z.record(z.string(), z.string()).optional(),
  // Of stacks whose contexts are signed.
  contextKey: z.string().optional(),
  previousLogins: z
    .record(z.string(), z.object({ user: z.string(), password: z.string() }))
    .optional(),
});

/**
 * Finds in a stack's outputs how to reach its database.
 *
 * @throws CommandError if something is missing, as after an `up` that was killed or that failed halfway
 */
export function stackAccess(stack: string, found: Readonly<Record<string, unknown>>): StackAccess {
  const read = outputs.safeParse(found);
  if (!read.success) {
    const missing = read.error.issues.map(({ path }) => String(path[0])).join(", ");
    throw new CommandError(
      `Stack ${stack} is not wholly up: its outputs lack ${missing}.`,
      `Run \`${upCommand(stack)}\` to its end.`,
    );
  }
  const { rolePasswords, roleLogins, previousLogins, contextKey, ...reached } = read.data;
  const { sslrootcert, pooledUrl: pooler, ...address } = reached;
  // Shells go elsewhere; this command runs in the project folder.
  const authority = sslrootcert === undefined ? {} : { sslrootcert: resolve(sslrootcert) };
  return {
    stack,
    ...address,
    ...authority,
    ...(pooler === undefined ? {} : { pooler }),
    passwords: rolePasswords,
    ...(contextKey === undefined ? {} : { contextKey }),
    ...(roleLogins === undefined ? {} : { logins: roleLogins }),
    ...(previousLogins === undefined ? {} : { previous: previousLogins }),
  };
}
