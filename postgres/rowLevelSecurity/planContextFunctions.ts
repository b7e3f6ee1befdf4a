import { escapeIdentifier, escapeLiteral } from "pg";

import type { Step } from "../step";
import { type ContextFunction, contextFunctions, contextSchema } from "./contextFunctions";
import type { FoundFunction } from "./readContextFunctions";
import type { Tenancy } from "./tenancy";

/**
 * The steps that leave the context's functions as declared: stable, parallel safe, executable by the roles whose
 * policies call them and by nobody else.
 */
export function planContextFunctions(
  found: readonly FoundFunction[],
  tenancy: Tenancy,
  owner: string,
): Step[] {
  const executors = new Set([...tenancy.tenantRoles, ...administrators(tenancy)]);
  executors.delete(owner);
  return contextFunctions.flatMap((wanted) => {
    const present = found.find(({ name, arguments: list }) => name === wanted.name && list === "");
    return [
      ...define(present, wanted, owner),
      ...grant(present?.executors ?? ["public"], [...executors], wanted),
    ];
  });
}

function administrators(tenancy: Tenancy): readonly string[] {
  return tenancy.administrators === "role" ? tenancy.administratorRoles : [];
}

function define(found: FoundFunction | undefined, wanted: ContextFunction, owner: string): Step[] {
  const name = `${contextSchema}.${wanted.name}()`;
  const sql = `create or replace function ${name} returns ${wanted.returns}
  language sql stable parallel safe
  as ${escapeLiteral(wanted.body)}`;
  if (found === undefined) return [{ reason: `function ${name} is missing`, sql }];
  const wrong = [
    ...(found.body === wanted.body && found.language === "sql" ? [] : ["its body"]),
    ...(found.returns === wanted.returns ? [] : [`returns ${found.returns}`]),
    ...(found.volatility === "s" ? [] : ["it is not stable"]),
    ...(found.parallel === "s" ? [] : ["it is not parallel safe"]),
    ...(found.security_definer ? ["it is security definer"] : []),
    ...(found.configuration.length ? [`it sets ${found.configuration.join(", ")}`] : []),
    ...(found.owner === owner ? [] : [`its owner is ${found.owner}`]),
  ];
  if (wrong.length === 0) return [];
  const reason = `function ${name} differs: ${wrong.join(", ")}`;
  const reset = found.configuration.length ? `;\nalter function ${name} reset all` : "";
  return [{ reason, sql: `${sql}${reset}` }];
}

function grant(found: string[], wanted: string[], { name }: ContextFunction): Step[] {
  const target = `function ${contextSchema}.${name}()`;
  const grantee = (role: string) => (role === "public" ? "public" : escapeIdentifier(role));
  return [
    ...found
      .filter((role) => !wanted.includes(role))
      .map((role) => ({
        reason: `${role} may execute ${target}, which is not declared`,
        sql: `revoke execute on ${target} from ${grantee(role)}`,
      })),
    ...wanted
      .filter((role) => !found.includes(role))
      .map((role) => ({
        reason: `${role} may not execute ${target}, which its policies call`,
        sql: `grant execute on ${target} to ${grantee(role)}`,
      })),
  ];
}
