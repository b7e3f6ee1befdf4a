import type { Connection } from "@hosterizer/postgres/connection/connection";
import { CommandError } from "../../commandError";
import type { StackAccess } from "./stackAccess";

/**
 * The connection of one login role.
 *
 * @throws CommandError with the login roles if there is none of this name
 */
export function connectionAs(role: string, access: StackAccess): Connection & { password: string } {
  const { stack, passwords, logins, host, port, database, sslmode, sslrootcert } = access;
  const password = Object.hasOwn(passwords, role) ? passwords[role] : undefined;
  if (password === undefined) {
    throw new CommandError(
      `Nobody logs in to stack ${stack} as "${role}".`,
      `Its login roles are ${Object.keys(passwords).sort().join(", ")}.`,
    );
  }
  const authority = sslrootcert === undefined ? {} : { sslrootcert };
  return { host, port, database, sslmode, ...authority, user: logins?.[role] ?? role, password };
}
