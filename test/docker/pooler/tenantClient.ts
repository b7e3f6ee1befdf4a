import pg from "pg";

import { clientAddress, type Connection } from "@hosterizer/postgres/connection/connection";
import { visibleRows } from "./twentyTenants";

/** What all clients together have found. */
export interface IsolationReport {
  /** Transactions in which every row was checked. */
  checked: number;
  /** How often clients did each of the things that they should not do. */
  misdeeds: Record<string, number>;
  /** Each time a client saw a foreign row, or none of its own. Empty: tenants are isolated. */
  violations: string[];
  /** Errors that the clients did not cause on purpose. */
  errors: string[];
}

export interface TenantClientArgs {
  connection: Connection;
  /** How many rows each tenant has; index 0 stands for no tenant. */
  rows: readonly number[];
  /** The client's number, which determines everything that it does. */
  number: number;
  /** How many transactions the client checks. */
  transactions: number;
  report: IsolationReport;
}

/** A client that serves one tenant after the other, and leaves behind what a careless one might. */
export async function runTenantClient(args: TenantClientArgs): Promise<void> {
  const { connection, rows, number, transactions, report } = args;
  let client = await open(connection);
  for (let step = 0; step < transactions; step++) {
    const tenant = 1 + ((number * 7 + step * 3) % (rows.length - 1));
    const other = 1 + (tenant % (rows.length - 1));
    try {
      // Every fifth runs without a context, and would see whatever another client has left.
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

/** One transaction of a tenant, as in an application. @param tenant 0: none, without a context */
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

/** Fails in the middle of a transaction, and rolls it back. */
const fails: Misdeed = async (client, tenant) => {
  await client.query("begin");
  await setContext(client, tenant, true);
  const failure = await client.query("select 1 / 0").catch((error: unknown) => error);
  if ((failure as pg.DatabaseError).code !== "22012") throw failure as Error;
  await client.query("rollback");
};

/** Disconnects in the middle of a transaction that has changed rows. */
const vanishes: Misdeed = async (client, tenant) => {
  await client.query("begin");
  await setContext(client, tenant, true);
  await client.query("update public.sites set name = 'of a client that is gone'");
  const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } })
    .connection;
  stream.destroy();
};

/** Leaves a tenant's context to the next client. */
const leavesContext: Misdeed = async (client, tenant) => {
  await setContext(client, tenant, false);
};

/** Leaves the context that sees everything. */
const leavesAdministrator: Misdeed = async (client) => {
  await client.query("set app.current_user_role = 'administrator'");
};

/** Sets the context for the session, in a transaction that commits. */
const commitsContext: Misdeed = async (client, tenant) => {
  await client.query("begin");
  await setContext(client, tenant, false);
  await client.query("commit");
};

/** Leaves settings with which the next client's statements would fail or mean something else. */
const leavesSettings: Misdeed = async (client) => {
  await client.query("set row_security = off");
  await client.query("set default_transaction_read_only = on");
  await client.query("set role none");
};

/** Changes rows, and rolls all of it back. */
const rollsBack: Misdeed = async (client, tenant) => {
  await client.query("begin");
  await setContext(client, tenant, true);
  const { rowCount } = await client.query("update public.sites set name = name || '.'");
  await client.query("rollback");
  if (rowCount === 0) throw new Error(`tenant ${tenant} changed no row of its own`);
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
