import pg from "pg";

import { clientAddress, type Connection } from "@hosterizer/postgres/connection/connection";
import { visibleRows } from "./twentyTenants";

/** What clients have found out, together. */
export interface IsolationReport {
  /** Transactions of which each row was looked at. */
  checked: number;
  /** How often a client did each of the things that clients should not do. */
  misdeeds: Record<string, number>;
  /** Each sight of a row that was not to be seen, or of none where there are some. Empty: tenants are kept apart. */
  violations: string[];
  /** Errors that the client has not asked for. */
  errors: string[];
}

export interface TenantClientArgs {
  connection: Connection;
  /** How many rows each tenant has: index 0 is nobody. */
  rows: readonly number[];
  /** Its number among the clients, from which all that it does follows. */
  number: number;
  /** How many transactions it checks. */
  transactions: number;
  report: IsolationReport;
}

/** A client of many tenants' that asks for one after the other, and leaves behind whatever a careless one might. */
export async function runTenantClient(args: TenantClientArgs): Promise<void> {
  const { connection, rows, number, transactions, report } = args;
  let client = await open(connection);
  for (let step = 0; step < transactions; step++) {
    const tenant = 1 + ((number * 7 + step * 3) % (rows.length - 1));
    const other = 1 + (tenant % (rows.length - 1));
    try {
      // Every fifth asks without a context: whatever another client has left would show.
      await check(client, step % 5 === 4 ? 0 : tenant, rows, report);
      if ((number + step) % 4 === 0) {
        const misdeed = misdeeds[((number + step) / 4) % misdeeds.length];
        if (misdeed === undefined) continue;
        report.misdeeds[misdeed.name] = (report.misdeeds[misdeed.name] ?? 0) + 1;
        await misdeed(client, other);
        if (misdeed === vanishes) client = await open(connection);
      }
    } catch (error) {
      const { code, message } = error as pg.DatabaseError;
      report.errors.push(`client ${number}, step ${step}, ${code ?? "no code"}: ${message}`);
      client.end().catch(() => undefined);
      client = await open(connection);
    }
  }
  await client.end();
}

async function open(connection: Connection): Promise<pg.Client> {
  const client = new pg.Client(clientAddress(connection));
  // A connection that breaks between two queries is reported by the next one.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** One transaction of a tenant's, as an application does it. @param tenant 0: none, without a context */
async function check(
  client: pg.Client,
  tenant: number,
  rows: readonly number[],
  report: IsolationReport,
): Promise<void> {
  await client.query("begin");
  if (tenant !== 0) await setContext(client, tenant, true);
  const { rows: seen } = await client.query<{ tenant: number; rows: number }>(visibleRows);
  await client.query("commit");
  report.checked++;
  const whose = tenant === 0 ? "nobody" : `tenant ${tenant}`;
  for (const found of seen.filter((found) => found.tenant !== tenant)) {
    report.violations.push(`${whose} sees ${found.rows} rows of tenant ${found.tenant}`);
  }
  const own = seen.find((found) => found.tenant === tenant)?.rows ?? 0;
  if (own !== rows[tenant]) report.violations.push(`${whose} sees ${own} of its rows`);
}

function setContext(client: pg.Client, tenant: number, local: boolean) {
  return client.query(
    `select pg_catalog.set_config('app.current_customer_id', $1, $2),
            pg_catalog.set_config('app.current_user_role', 'customer', $2)`,
    [String(tenant), local],
  );
}

type Misdeed = (client: pg.Client, tenant: number) => Promise<void>;

/** Fails in the middle of a transaction, and gives it up. */
const fails: Misdeed = async (client, tenant) => {
  await client.query("begin");
  await setContext(client, tenant, true);
  const failure = await client.query("select 1 / 0").catch((error: unknown) => error);
  if ((failure as pg.DatabaseError).code !== "22012") throw failure as Error;
  await client.query("rollback");
};

/** Is gone in the middle of a transaction that has changed rows. */
const vanishes: Misdeed = async (client, tenant) => {
  await client.query("begin");
  await setContext(client, tenant, true);
  await client.query("update public.sites set name = 'of a client that is gone'");
  const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } })
    .connection;
  stream.destroy();
};

/** Leaves a tenant's context to whoever comes next. */
const leavesContext: Misdeed = async (client, tenant) => {
  await setContext(client, tenant, false);
};

/** Leaves the context that sees everything. */
const leavesAdministrator: Misdeed = async (client) => {
  await client.query("set app.current_user_role = 'administrator'");
};

/** Sets it for the session, in a transaction that commits. */
const commitsContext: Misdeed = async (client, tenant) => {
  await client.query("begin");
  await setContext(client, tenant, false);
  await client.query("commit");
};

/** Leaves settings by which the next client's statements would fail, or mean something else. */
const leavesSettings: Misdeed = async (client) => {
  await client.query("set row_security = off");
  await client.query("set default_transaction_read_only = on");
  await client.query("set role none");
};

/** Changes rows, thinks better of it, and takes all of it back. */
const rollsBack: Misdeed = async (client, tenant) => {
  await client.query("begin");
  await setContext(client, tenant, true);
  const { rowCount } = await client.query("update public.sites set name = name || '.'");
  await client.query("rollback");
  if (rowCount === 0) throw new Error(`tenant ${tenant} has changed no row of its own`);
};

/** Leaves a prepared statement, an open cursor and a lock of the session. */
const leavesThings: Misdeed = async (client, tenant) => {
  await client.query("prepare left_behind as select 1");
  await client.query("select pg_catalog.pg_advisory_lock_shared(4711, $1)", [tenant]);
  await client.query("declare left_open cursor with hold for select 1");
};

const misdeeds: readonly Misdeed[] = [
  fails,
  vanishes,
  leavesContext,
  leavesAdministrator,
  commitsContext,
  leavesSettings,
  rollsBack,
  leavesThings,
];
