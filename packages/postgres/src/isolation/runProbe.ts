import { type Client, DatabaseError, escapeLiteral, type QueryResult } from "pg";

import type { Expectation, ProofCommand } from "./isolationProof";
import type { Probe } from "./probes";
import { type ContextVariables, type SignFor, type TenantPair, variablesOf } from "./contexts";

/** The result of a probe: the number of rows of each tenant, or PostgreSQL's error. */
type Observation =
  | { kind: "rows"; own: number; other: number; another: number }
  | { kind: "error"; code: string; message: string };

/** The transaction writes nothing, as on a standby, so that no policy was asked. */
interface ReadOnly {
  kind: "read-only";
}

/** The savepoint that each probe starts from and is rolled back to. */
export const savepoint = "isolation_proof";

/** Runs a probe from the savepoint, in one round trip unless contexts are signed. The next probe rolls it back. */
export async function runProbe(
  client: Client,
  probe: Probe,
  variables: ContextVariables,
  pair: TenantPair,
  sign?: SignFor,
): Promise<Observation | ReadOnly> {
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
    // Several statements return several results, which node-postgres' types do not cover.
    const found: QueryResult[] = [await client.query(statements.join(";\n"))].flat();
    return measure(found, probe, pair);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code === undefined) throw error;
    // The session is lost.
    if (error.code.startsWith("08") || error.code.startsWith("57P")) throw error;
    if (error.code === readOnly && (await isReadOnly(client))) return { kind: "read-only" };
    return { kind: "error", code: error.code, message: error.message };
  }
}

/** read_only_sql_transaction, which a function of the owner's can raise, too. */
const readOnly = "25006";

async function isReadOnly(client: Client): Promise<boolean> {
  await client.query(`rollback to savepoint ${savepoint}`);
  const { rows } = await client.query<{ on: boolean }>(
    "select pg_catalog.current_setting('transaction_read_only')::pg_catalog.bool as on",
  );
  return rows[0]?.on === true;
}

/** Sets the contract's variables until the end of the transaction. Null resets a variable to the role's default. */
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

/** As a parameter, because other sessions of the same role can read statement texts in pg_stat_activity. */
async function sendToken(client: Client, token: string): Promise<void> {
  await client.query("select pg_catalog.set_config('app.context', $1, true)", [token]);
}

/** Commands without RETURNING, of which only the number of affected rows is known. */
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

/** Insufficient privilege; a policy's WITH CHECK fails with it too. */
const denied = "42501";

/** Other errors that keep tenants apart, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
const otherRefusals: Partial<Record<ProofCommand, readonly string[]>> = {
  // COPY FROM is not supported with row-level security.
  "COPY FROM": ["0A000"],
  // An identity that is always generated cannot be updated.
  MOVE: ["428C9"],
  "MOVE all": ["428C9"],
  // Foreign key violation: the parent belongs to another tenant.
  "FOREIGN KEY": ["23503"],
};

const words = { own: "own", other: "the other tenant's", another: "somebody else's" };

/** Compares an observation with the expectation. */
export function judgeCell(
  command: ProofCommand,
  expected: Expectation,
  observed: Observation,
): { ok: boolean; found: string; detail: string } {
  return observed.kind === "error"
    ? judgeError(command, expected, observed)
    : judgeRows(expected, observed);
}

function judgeError(
  command: ProofCommand,
  expected: Expectation,
  { code, message }: Extract<Observation, { kind: "error" }>,
) {
  const isRefusal = code === denied || (otherRefusals[command]?.includes(code) ?? false);
  const found = isRefusal ? "refused" : `error ${code}`;
  if (expected === "refused") {
    return {
      ok: isRefusal,
      found,
      detail: isRefusal ? "" : `no policy stopped it, but: ${message}`,
    };
  }
  // A constraint is checked after the policies, so its violation proves that they allowed the row.
  if (expected === "allowed")
    return { ok: !isRefusal, found: isRefusal ? found : "allowed", detail: message };
  return { ok: false, found, detail: message };
}

function judgeRows(expected: Expectation, rows: Extract<Observation, { kind: "rows" }>) {
  const seen = (["own", "other", "another"] as const).filter((whose) => rows[whose] > 0);
  const found = seen.length === 0 ? "none" : seen.map((whose) => words[whose]).join(", ");
  if (expected === "refused") return { ok: false, found: "allowed", detail: `rows: ${found}` };
  if (expected === "allowed") return { ok: true, found: "allowed", detail: "" };
  const isOwn = rows.own > 0 === (expected === "own" || expected === "both");
  const isOther = rows.other > 0 === (expected === "other" || expected === "both");
  const isAlone = expected === "both" || rows.another === 0;
  return { ok: isOwn && isOther && isAlone, found, detail: "" };
}
