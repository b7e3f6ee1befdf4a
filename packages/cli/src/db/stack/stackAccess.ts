import { resolve } from "node:path";

import { z } from "zod";

import type { SslMode } from "@hosterizer/postgres/connection/tlsOptions";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { UserError } from "@hosterizer/postgres/userError";
import { readStackOutputs } from "../../stack/state";

/** How to reach the database of a stack. */
export interface StackAccess {
  stack: string;
  host: string;
  port: number;
  database: string;
  sslmode: SslMode;
  /** Absolute path of a PEM file with the certificate authority. Default: the operating system's authorities. */
  sslrootcert?: string;
  /** Address of the pooler, if the stack has one. */
  pooler?: { host: string; port: number };
  /** By role. */
  passwords: Readonly<Record<string, string>>;
  /** The login of each role whose login has another name than the role. */
  logins?: Readonly<Record<string, string>>;
  /** The key that signs tenant contexts, `id.secret`, if the stack's contexts are signed. */
  contextKey?: string;
  /** The old login of each role whose password is being rotated; it still works. */
  previous?: Readonly<Record<string, Credentials>>;
}

/** A login and its password. */
export interface Credentials {
  user: string;
  password: string;
}

/**
 * Reads from a stack's outputs how to reach its database. Asks Pulumi, not the server.
 *
 * @throws UserError if the stack is not deployed or only partly so, or if its outputs cannot be read
 */
export async function readStackAccess(stack: string): Promise<StackAccess> {
  const outputs = await readStackOutputs(stack).catch((error: unknown) => {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`The outputs of stack ${stack} cannot be read.`, reason, {
      cause: error,
    });
  });
  return stackAccess(stack, outputs);
}

/** The part of a URL between the password and the database. An IPv6 address may be in brackets. */
const addressInUrl = /@\[?([^@/\]]+)\]?:(\d+)\//;

/** The outputs that matter here; index.ts has all of them. Paths start from the project folder. */
const outputs = z.object({
  host: z.string(),
  port: z.number(),
  database: z.string(),
  // Outputs of stacks whose server is on another machine.
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
  // Outputs of stacks where a password has been rotated.
  roleLogins: z.record(z.string(), z.string()).optional(),
  previousLogins: z
    .record(z.string(), z.object({ user: z.string(), password: z.string() }))
    .optional(),
  // Output of stacks whose contexts are signed.
  contextKey: z.string().optional(),
});

/**
 * Finds in a stack's outputs how to reach its database.
 *
 * @throws UserError if an output is missing, as after an `up` that was killed or that failed halfway
 */
export function stackAccess(stack: string, found: Readonly<Record<string, unknown>>): StackAccess {
  const read = outputs.safeParse(found);
  if (!read.success) {
    const missing = read.error.issues.map(({ path }) => String(path[0]));
    const list =
      missing.length === 1
        ? `output ${missing.join()} is missing`
        : `outputs ${missing.join(", ")} are missing`;
    throw new UserError(
      `Stack ${stack} is only partly deployed: ${list}.`,
      `Run \`${npmCommand("up", [], stack)}\` again.`,
    );
  }
  const { rolePasswords, roleLogins, previousLogins, contextKey, ...reached } = read.data;
  const { sslrootcert, pooledUrl: pooler, ...address } = reached;
  // This command runs in the project folder; the user's shell may leave it.
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
