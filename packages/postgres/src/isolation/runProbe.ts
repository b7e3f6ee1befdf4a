import { type Client, DatabaseError, escapeLiteral, type QueryResult } from "pg";

import type { Probe } from "./probe";
import { type ContextVariables, type Sign, type TenantPair, variablesOf } from "./proofContexts";

/** What a probe met: whose rows, or PostgreSQL's refusal. */
export type Observation =
  | { kind: "rows"; own: number; other: number; another: number }
  | { kind: "error"; code: string; message: string };

/** Where every probe starts from, and what it leaves nothing beyond. */
export const savepoint = "isolation_proof";

/** Runs one probe from the savepoint, in one round trip where contexts are not signed. The next one undoes it. */
export async function runProbe(
  client: Client,
  probe: Probe,
  variables: ContextVariables,
  pair: TenantPair,
  sign?: Sign,
): Promise<Observation> {
  const another = variables.id === pair.other ? pair.own : pair.other;
  let statements = [`rollback to savepoint ${savepoint}`];
  const enter = async (context: ContextVariables) => {
    statements.push(variableStatements(context));
    if (context.token === undefined) return;
    await client.query(statements.join(";\n"));
    await sendToken(client, context.token);
    statements = [];
  };
  try {
    if (probe.before !== undefined) {
      await enter(variablesOf({ id: another, role: "customer" }, sign));
      statements.push(...probe.before);
    }
    await enter(variables);
    statements.push(...probe.statements);
    // Several statements make several results, which the types of node-postgres do not say.
    const found: QueryResult[] = [await client.query(statements.join(";\n"))].flat();
    return measure(found, probe, pair);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code === undefined) throw error;
    // The session is gone: what follows would only say so again.
    if (error.code.startsWith("08") || error.code.startsWith("57P")) throw error;
    return { kind: "error", code: error.code, message: error.message };
  }
}

/** Sets the contract's variables until the transaction ends; a null one is what a new session of the role has. */
export async function setContext(client: Client, variables: ContextVariables): Promise<void> {
  await client.query(variableStatements(variables));
  if (variables.token !== undefined) await sendToken(client, variables.token);
}

function variableStatements({ id, role, token }: ContextVariables): string {
  const set = (name: string, value: string | null) =>
    value === null
      ? `reset app.${name}`
      : `select pg_catalog.set_config('app.${name}', ${escapeLiteral(value)}, true)`;
  const variables = [set("current_customer_id", id), set("current_user_role", role)];
  return [...variables, ...(token === undefined ? [set("context", null)] : [])].join("; ");
}

/** As a parameter: whoever gets SQL into the application's other sessions reads the text of statements in pg_stat_activity. */
async function sendToken(client: Client, token: string): Promise<void> {
  await client.query("select pg_catalog.set_config('app.context', $1, true)", [token]);
}

/** What returns no row, so that the number of those affected has to do. */
const counted: ReadonlySet<string> = new Set(["INSERT", "ON CONFLICT", "MOVE all"]);

function measure(found: readonly QueryResult[], probe: Probe, pair: TenantPair): Observation {
  if (probe.measure === "tags") {
    const [own, other] = found.slice(-2).map(({ rowCount }) => rowCount ?? 0);
    return { kind: "rows", own: own ?? 0, other: other ?? 0, another: 0 };
  }
  const rows = (found.at(-1)?.rows ?? []) as { tenant?: string }[];
  const count = (tenant: string) => rows.filter((row) => row.tenant === tenant).length;
  const [own, other] = [count(pair.own), count(pair.other)];
  if (counted.has(probe.command))
    return { kind: "rows", own: 0, other: 0, another: found.at(-1)?.rowCount ?? 0 };
  return { kind: "rows", own, other, another: rows.length - own - other };
}
