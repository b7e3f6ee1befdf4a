import type { Connection } from "@hosterizer/postgres/connection/connection";
import { CommandError } from "../../commandError";
import type { Program } from "../../program";
import { connectionAs } from "./connectionAs";
import type { StackAccess } from "./stackAccess";

type PooledRoles = Pick<Program, "roles" | "owner" | "authenticator" | "pooler">;

/**
 * The connection of one login role through the pooler of a stack.
 *
 * @throws CommandError if the stack has no pooler, or one that does not let the role through
 */
export function pooledConnection(
  role: string,
  access: StackAccess,
  program: PooledRoles,
): Connection & { password: string } {
  const connection = connectionAs(role, access);
  const { stack, pooler: address, passwords } = access;
  if (address === undefined) {
    throw new CommandError(
      `Stack ${stack} has no pooler.`,
      "Leave --pooled out: clients connect to the server itself.",
    );
  }
  const barrier = barrierOf(role, program);
  if (barrier !== undefined) {
    const others = Object.keys(passwords).filter((name) => barrierOf(name, program) === undefined);
    throw new CommandError(
      `${role} cannot come through the pooler of stack ${stack}: it is a member of ${barrier}.`,
      `Leave --pooled out: migrations need a session of their own. Through the pooler come ${others.sort().join(", ")}.`,
    );
  }
  return { ...connection, ...address };
}

/** Whether the pooler lets a role through. */
export function mayPool(role: string, program: PooledRoles): boolean {
  return barrierOf(role, program) === undefined;
}

/** Which of the withheld roles this one may become, if any. */
function barrierOf(role: string, program: PooledRoles): string | undefined {
  const { owner, authenticator, pooler, roles } = program;
  // See `lookupDefinition`.
  if ([owner, authenticator, pooler].includes(role)) return role;
  const groups = roles.find(({ name }) => name === role)?.memberOf ?? [];
  return groups.map((group) => barrierOf(group, program)).find((found) => found !== undefined);
}
