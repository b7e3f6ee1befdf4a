import type { Connection } from "@hosterizer/postgres/connection/connection";
import { UserError } from "@hosterizer/postgres/userError";
import type { Program } from "../../program";
import type { StackAccess } from "./stackAccess";

/**
 * The connection of a login role to a stack's server.
 *
 * @throws UserError with the names of the login roles if this is not one of them
 */
export function connectionAs(role: string, access: StackAccess): Connection & { password: string } {
  const { stack, passwords, logins, host, port, database, sslmode, sslrootcert } = access;
  const password = Object.hasOwn(passwords, role) ? passwords[role] : undefined;
  if (password === undefined) {
    throw new UserError(
      `Role "${role}" has no login in stack ${stack}.`,
      `Its login roles are ${Object.keys(passwords).sort().join(", ")}.`,
    );
  }
  const authority = sslrootcert === undefined ? {} : { sslrootcert };
  return { host, port, database, sslmode, ...authority, user: logins?.[role] ?? role, password };
}

/** The declarations that decide who can log in through the pooler. */
type PooledRoles = Pick<Program, "roles" | "owner" | "authenticator" | "pooler">;

/**
 * The connection of a login role through a stack's pooler.
 *
 * @throws UserError if the stack has no pooler, or if its pooler refuses the role
 */
export function pooledConnection(
  role: string,
  access: StackAccess,
  program: PooledRoles,
): Connection & { password: string } {
  const connection = connectionAs(role, access);
  const { stack, pooler: address, passwords } = access;
  if (address === undefined) {
    throw new UserError(
      `Stack ${stack} has no pooler.`,
      "Leave out --pooled: clients connect to the server itself.",
    );
  }
  const group = withheldGroup(role, program);
  if (group !== undefined) {
    const others = Object.keys(passwords).filter((name) => mayUsePooler(name, program));
    throw new UserError(
      `Role ${role} cannot log in through the pooler of stack ${stack}: it is a member of ${group}.`,
      `Leave out --pooled: migrations need a session of their own. These roles can use the pooler: ${others.sort().join(", ")}.`,
    );
  }
  return { ...connection, ...address };
}

/** Whether a role can log in through the pooler. */
export function mayUsePooler(role: string, program: PooledRoles): boolean {
  return withheldGroup(role, program) === undefined;
}

/** The role itself or the group that the pooler's look-up function gives no password verifier for; see `lookupDefinition`. */
function withheldGroup(role: string, program: PooledRoles): string | undefined {
  const { roles, owner, authenticator, pooler } = program;
  if ([owner, authenticator, pooler].includes(role)) return role;
  const groups = roles.find(({ name }) => name === role)?.memberOf ?? [];
  return groups
    .map((group) => withheldGroup(group, program))
    .find((withheld) => withheld !== undefined);
}
