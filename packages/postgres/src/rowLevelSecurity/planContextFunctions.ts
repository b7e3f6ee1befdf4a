import { escapeIdentifier, escapeLiteral } from "pg";

import { quotedName } from "../sql/tableName";
import type { Finding } from "../convergence/difference";
import { type ContextFunction, contextFunctions, contextSchema } from "./contextFunctions";
import { functionDifferences } from "./functionDifferences";
import { grantExecute, planExecutors } from "./planExecutors";
import type { FoundFunction } from "./readContextFunctions";
import type { Tenancy } from "./tenancy";

/**
 * Leaves the context's functions as declared: stable, executable by the roles whose policies call them
 * and by nobody else.
 */
export function planContextFunctions(
  found: readonly FoundFunction[],
  tenancy: Tenancy,
  owner: string,
): Finding[] {
  const callers = tenancy.administrators === "role" ? tenancy.administratorRoles : [];
  const executors = [...new Set([...tenancy.tenantRoles, ...callers, owner])].sort();
  return contextFunctions(tenancy).flatMap((wanted) => {
    const present = found.find(({ name }) => name === wanted.name);
    return present === undefined
      ? [missing(wanted, executors)]
      : planFunction(present, wanted, executors, owner);
  });
}

function missing(wanted: ContextFunction, executors: readonly string[]): Finding {
  return {
    kind: "context function missing",
    object: `function ${nameOf(wanted)}`,
    expected: `returns ${wanted.returns}`,
    actual: null,
    repair: "automatic",
    reason: "policies call it",
    sql: `${create(wanted)};\n${grantExecute(nameOf(wanted), executors)}`,
  };
}

function planFunction(
  found: FoundFunction,
  wanted: ContextFunction,
  executors: readonly string[],
  owner: string,
): Finding[] {
  const object = `function ${nameOf(wanted)}`;
  const differences = functionDifferences(found, wanted, owner);
  const isAnother = differences.some(({ isAnother }) => isAnother);
  const sql = isAnother
    ? `${drop(found, wanted)}${create(wanted)};\n${grantExecute(nameOf(wanted), executors)}`
    : create(wanted);
  return [
    ...differences.map(({ kind, expected, actual, reason }, index): Finding => ({
      kind,
      object,
      expected,
      actual,
      repair: "automatic",
      ...(reason === undefined ? {} : { reason }),
      // One statement ends all of them.
      ...(index === 0 ? { sql } : {}),
    })),
    // One that is made anew gets its privileges with that.
    ...(isAnother ? [] : planExecutors(found.executors, executors, nameOf(wanted))),
  ];
}

function nameOf({ name }: ContextFunction): string {
  return `${contextSchema}.${name}()`;
}

function create(wanted: ContextFunction): string {
  const { returns, securityDefiner, configuration, body } = wanted;
  const security = `security ${securityDefiner ? "definer" : "invoker"}`;
  const settings = configuration.map((setting) => ` set ${setting.replace("=", " = ")}`);
  return `create or replace function ${nameOf(wanted)} returns ${returns}
  language plpgsql stable parallel safe ${security}${settings.join("")}
  as ${escapeLiteral(body)}`;
}

// The schema's owner may drop a function of another owner, but not replace it. The policies that call it go with it:
// until they are back, a moment later, nobody sees a row.
function drop({ callers }: FoundFunction, wanted: ContextFunction): string {
  const policies = callers.map(
    ({ policy, ...table }) => `drop policy ${escapeIdentifier(policy)} on ${quotedName(table)};\n`,
  );
  return `${policies.join("")}drop routine ${nameOf(wanted)};\n`;
}
