import { cpus, loadavg } from "node:os";

import Table from "cli-table3";
import { expect, test } from "vitest";

import { signContext, wholeTableReads } from "hosterizer-database-client";
import { settingCalls } from "../packages/client/src/transactionOptions";
import { settings as declaredSettings } from "../database/settings";
import { applyRowLevelSecurity } from "@hosterizer/postgres/rowLevelSecurity/rowLevelSecurity";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { applySigningKeys } from "@hosterizer/postgres/rowLevelSecurity/signingKeys";
import { createTenantDatabase } from "../packages/postgres/test/integration/rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../packages/postgres/test/integration/testDatabase";
import { startTestServer } from "../packages/postgres/test/integration/testServer";
import { median } from "./figures";
import { fill, size } from "./tenancy/fill";
import { pgbench, type Script } from "./tenancy/pgbench";
import { queries } from "./tenancy/queries";

type TenantDatabase = Awaited<ReturnType<typeof createTenantDatabase>>;

/** Both switches of a tenancy. */
interface Mode {
  administrators: Tenancy["administrators"];
  context: "session" | "signed";
}

const modes: readonly Mode[] = [
  { administrators: "session", context: "session" },
  { administrators: "role", context: "session" },
  { administrators: "session", context: "signed" },
  { administrators: "role", context: "signed" },
];

function nameOf({ administrators, context }: Mode): string {
  return `administrators ${administrators}, context ${context}`;
}

/** Seconds of each run of pgbench. */
const seconds = Number(process.env["BENCH_SECONDS"] ?? 30);

/** Whose context: customers of average size, the largest, or an administrator. */
const askers = ["customers", "the largest customer", "administrator"] as const;
type Asker = (typeof askers)[number];

// The same queries over the same rows: under row-level security, and with a WHERE written by hand on tables without it.
test("what row-level security costs", async () => {
  const server = await startTestServer();
  process.env["TEST_DATABASE_URL"] = server.url;
  try {
    const database = await createTenantDatabase("session");
    process.stderr.write("filling the tables …\n");
    await prepare(database);
    console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1) ?? "unknown"}`);
    for (const mode of modes) {
      await switchTo(database, mode);
      for (const asker of askers) {
        process.stderr.write(`${nameOf(mode)}: ${asker} …\n`);
        await measure(database, mode, asker);
      }
      await showPlans(database, mode);
    }
  } finally {
    await server.remove();
  }
});

async function prepare(database: TenantDatabase): Promise<void> {
  const { application, administrator, keys } = database;
  await database.run(fill);
  await database.run("vacuum analyze");
  const readers = `${application.user}, ${administrator.user}`;
  await database.run(`grant usage on schema plain to ${readers};
    grant select on all tables in schema plain to ${readers};
    create table plain.tokens (customer_id bigint primary key, token text not null);
    grant select on plain.tokens to ${readers}`);
  const [key = { id: "", secret: "" }] = keys;
  const expires = new Date(Date.now() + 24 * 3_600_000);
  const tokens = Array.from({ length: size.customers + 1 }, (_, id) => {
    const context =
      id === 0
        ? { userRole: "administrator", customerId: "" }
        : { userRole: "customer", customerId: String(id) };
    return `(${String(id)}, '${signContext({ ...context, expires }, key)}')`;
  });
  await database.run(`insert into plain.tokens values ${tokens.join(",")}; analyze plain.tokens`);
}

async function switchTo(database: TenantDatabase, mode: Mode): Promise<void> {
  const { owner, application, keys, tenancy } = database;
  // They are declared if administrators use the application's role.
  for (const { name, value } of declaredSettings) {
    const change = mode.administrators === "session" ? `set ${name} = '${value}'` : `reset ${name}`;
    await database.run(`alter role ${application.user} ${change}`);
  }
  const declared: Tenancy = { ...tenancy, ...mode };
  if (mode.context === "signed") await applySigningKeys(owner, { owner: owner.user, keys });
  await applyRowLevelSecurity(owner, { tenancy: declared, owner: owner.user });
}

const byHand = "by hand";
const filtered = "row-level security and a filter";
const alone = "row-level security alone";
const contextOnly = "context alone";

async function measure(database: TenantDatabase, mode: Mode, asker: Asker): Promise<void> {
  const scripts = scriptsOf(mode, asker);
  const times = await pgbench(sessionOf(database, mode, asker), scripts, seconds);
  const base = median(times.get(contextOnly));
  const timeOf = (query: string, way: string) => median(times.get(`${query}: ${way}`));
  // For the whole transaction, and for the query alone: BEGIN, the context and COMMIT cost both sides the same.
  const ratios = (name: string, without: number) =>
    [filtered, alone].map(
      (way) => (timeOf(name, way) - without) / (timeOf(name, byHand) - without),
    );
  const print = (figure: number) => (Number.isNaN(figure) ? "" : figure.toFixed(2));

  const head = [
    `${nameOf(mode)}: ${asker}`,
    "by hand, ms",
    "filter",
    "alone",
    "query by hand, ms",
    "filter",
    "alone",
    "runs",
  ];
  const table = new Table({ head, style: { head: [] } });
  for (const { name } of queries) {
    const count = times.get(`${name}: ${byHand}`)?.length ?? 0;
    expect(count).toBeGreaterThan(0);
    const hand = timeOf(name, byHand);
    const whole = [hand.toFixed(3), ...ratios(name, 0).map(print)];
    const query = [(hand - base).toFixed(3), ...ratios(name, base).map(print)];
    table.push([name, ...whole, ...query, count]);
  }
  const middle = (without: number) => {
    const all = queries.map(({ name }) => ratios(name, without));
    return [0, 1].map((column) => print(median(all.map((its) => its[column] ?? NaN))));
  };
  table.push(["median of the ratios", "", ...middle(0), "", ...middle(base), ""]);
  console.log(table.toString());
}

function sessionOf({ application, administrator }: TenantDatabase, mode: Mode, asker: Asker) {
  return asker === "administrator" && mode.administrators === "role" ? administrator : application;
}

function scriptsOf(mode: Mode, asker: Asker): Script[] {
  const isAdministrator = asker === "administrator";
  const customer = isAdministrator
    ? "\\set c 0\n"
    : asker === "customers"
      ? `\\set c random(2, ${size.customers})\n`
      : "\\set c 1\n";
  // A site of that customer; see fill.ts for the owners.
  const others = size.customers - 1;
  const rounds = Math.floor((size.sites - size.sitesOfTheLargest) / others) - 2;
  const first = Math.ceil(size.sitesOfTheLargest / others) * others;
  const site =
    asker === "customers"
      ? `\\set site ${String(first)} + random(0, ${String(rounds)}) * ${String(others)} + :c - 2\n`
      : `\\set site random(1, ${size.sitesOfTheLargest})\n`;
  const token =
    mode.context === "signed"
      ? ", set_config('app.context', (select token from plain.tokens where customer_id = :c), true)"
      : "";
  const role = isAdministrator ? "administrator" : "customer";
  // The handwritten query has as many processes for it.
  const reads = isAdministrator && mode.administrators === "session" ? wholeTableReads : {};
  const context =
    `select set_config('app.current_customer_id', ${isAdministrator ? "''" : ":c::text"}, true), ` +
    `${[`set_config('app.current_user_role', '${role}', true)${token}`, ...settingCalls(reads)].join(", ")};\n`;
  const script = (name: string, query: string): Script => ({
    name,
    text: `${customer}${site}begin;\n${context}${query === "" ? "" : `${query.replaceAll(/\s+/g, " ")};\n`}commit;\n`,
  });
  const own = (alias: string) => (isAdministrator ? "" : ` and ${alias}.customer_id = :c`);
  const none = () => "";
  return [
    script(contextOnly, ""),
    ...queries.flatMap(({ name, sql }) => [
      script(`${name}: ${byHand}`, sql("plain", own)),
      ...(isAdministrator ? [] : [script(`${name}: ${filtered}`, sql("public", own))]),
      script(`${name}: ${alone}`, sql("public", none)),
    ]),
  ];
}

/** Whether each query finds a customer's rows by the index that begins with the customer, even without a filter. */
async function showPlans(database: TenantDatabase, mode: Mode): Promise<void> {
  const { application, superuser } = database;
  const settings = { "app.current_customer_id": "4711", "app.current_user_role": "customer" };
  const [token] = await rowsOf<{ token: string }>(
    superuser,
    "select token from plain.tokens where customer_id = 4711",
  );
  const head = [`${nameOf(mode)}: plan of a query without a filter`, "scans"];
  const table = new Table({ head, style: { head: [] } });
  for (const { name, sql } of queries) {
    const rows = await rowsOf<{ "QUERY PLAN": string }>(
      application,
      `explain (costs off) ${sql("public", () => "").replace(":site", "110000")}`,
      { ...settings, "app.context": token?.token ?? "" },
    );
    const lines = rows.map((row) => row["QUERY PLAN"].trim());
    const scans = lines.filter((line) => / Scan /.test(line));
    expect(scans.filter((line) => line.includes("Seq Scan"))).toEqual([]);
    // Starting workers takes longer than reading a tenant's rows.
    expect(lines.filter((line) => line.includes("Gather"))).toEqual([]);
    table.push([name, scans.map((line) => line.replace("->", "").trim()).join("\n")]);
  }
  console.log(table.toString());
}
