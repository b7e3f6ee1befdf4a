import { escapeIdentifier } from "pg";

import type { Finding } from "../convergence/difference";
import type { FoundFunction } from "./readContextFunctions";

/** Lets those roles execute a function that is new, and nobody else. */
export function grantExecute(name: string, executors: readonly string[]): string {
  const roles = executors.map((role) => escapeIdentifier(role)).join(", ");
  return `revoke execute on function ${name} from public;\ngrant execute on function ${name} to ${roles}`;
}

/** Leaves a function executable by exactly those roles, none of which may let others. */
export function planExecutors(
  found: FoundFunction["executors"],
  executors: readonly string[],
  name: string,
): Finding[] {
  const kind = "context function executor";
  const target = `execute on function ${name}`;
  const object = (role: string) =>
    `privilege of ${role === "public" ? "PUBLIC" : role} on function ${name}`;
  const grantee = (role: string) => (role === "public" ? "public" : escapeIdentifier(role));
  const held = ({ grantable }: { grantable: boolean }) =>
    grantable ? "EXECUTE WITH GRANT OPTION" : "EXECUTE";

  const undeclared = found
    .filter(({ role }) => !executors.includes(role))
    .map((executor): Finding => ({
      kind,
      object: object(executor.role),
      expected: null,
      actual: held(executor),
      repair: "automatic",
      sql: `revoke ${target} from ${grantee(executor.role)} cascade`,
    }));
  // What such a role has granted stands until its own right to do so is gone.
  const grantable = found
    .filter(({ role, grantable }) => grantable && executors.includes(role))
    .map((executor): Finding => ({
      kind,
      object: object(executor.role),
      expected: "EXECUTE",
      actual: held(executor),
      repair: "automatic",
      sql: `revoke grant option for ${target} from ${grantee(executor.role)} cascade`,
    }));
  const missing = executors
    .filter((executor) => !found.some(({ role }) => role === executor))
    .map((role): Finding => ({
      kind,
      object: object(role),
      expected: "EXECUTE",
      actual: null,
      repair: "automatic",
      reason: "its policies call the function",
      sql: `grant ${target} to ${grantee(role)}`,
    }));
  return [...undeclared, ...grantable, ...missing];
}
