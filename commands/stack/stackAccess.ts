import { z } from "zod";

import type { Connection, SslMode } from "../../postgres/connection";
import { CommandError } from "../../toolchain/commandError";
import { readStackOutputs } from "../../toolchain/readStackOutputs";

/** How to reach the database of a stack. */
export interface StackAccess {
  stack: string;
  host: string;
  port: number;
  database: string;
  sslmode: SslMode;
  /** Path of a PEM file with the certificate authority, where it isn't the system's. */
  sslrootcert?: string;
  /** By login role. */
  passwords: Readonly<Record<string, string>>;
}

/** The outputs that matter here; see index.ts. */
const outputs = z.object({
  host: z.string(),
  port: z.number(),
  database: z.string(),
  // Outputs of stacks whose server is beyond this machine.
  sslmode: z.enum(["disable", "require", "verify-ca", "verify-full"]).default("disable"),
  sslrootcert: z.string().optional(),
  rolePasswords: z.record(z.string(), z.string()),
});

/**
 * Reads from a stack how to reach its database. Asks Pulumi, not the server.
 *
 * @throws CommandError if the stack isn't up, not wholly up, or can't be read
 */
export async function readStackAccess(stack: string): Promise<StackAccess> {
  const found = await readStackOutputs(stack).catch((error: unknown) => {
    if (error instanceof CommandError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`The outputs of stack ${stack} cannot be read.`, reason, {
      cause: error,
    });
  });
  const read = outputs.safeParse(found);
  if (!read.success) {
    const missing = read.error.issues.map(({ path }) => String(path[0])).join(", ");
    throw new CommandError(
      `Stack ${stack} is not wholly up: it does not say ${missing}.`,
      `Run \`${upCommand(stack)}\` to its end.`,
    );
  }
  const { rolePasswords: passwords, sslrootcert, ...address } = read.data;
  return { stack, ...address, ...(sslrootcert === undefined ? {} : { sslrootcert }), passwords };
}

/**
 * The connection of one login role.
 *
 * @throws CommandError with the login roles if there is none of this name
 */
export function connectionAs(
  role: string,
  { stack, passwords, ...address }: StackAccess,
): Connection & { password: string } {
  const password = Object.hasOwn(passwords, role) ? passwords[role] : undefined;
  if (password === undefined) {
    throw new CommandError(
      `Nobody logs in to stack ${stack} as "${role}".`,
      `Its login roles are ${Object.keys(passwords).sort().join(", ")}.`,
    );
  }
  return { ...address, user: role, password };
}

/** What brings a stack up. */
export function upCommand(stack: string): string {
  return stack === "local" ? "npm run up" : `npm run up -- --stack ${stack}`;
}
