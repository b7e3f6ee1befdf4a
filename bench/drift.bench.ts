import { cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

import Table from "cli-table3";
import { Client } from "pg";
import { expect, test, vi } from "vitest";

import { clientAddress, type Connection } from "@hosterizer/postgres/connection/connection";
import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { rowsOf } from "../packages/postgres/test/integration/testDatabase";
import { startTestServer } from "../packages/postgres/test/integration/testServer";
import { runQuietly } from "@hosterizer/cli/runProgram";
import { median, row } from "./figures";
import { createLargeDatabase } from "./largeDatabase";

const rounds = 7;

type LargeDatabase = Awaited<ReturnType<typeof createLargeDatabase>>;

// What a preview does in a database, against pg_dump of its schema, in turns and on one server.
test("an inspection of a large database, and pg_dump --schema-only of it", async () => {
  const server = await startTestServer();
  process.env["TEST_DATABASE_URL"] = server.url;
  try {
    const database = await createLargeDatabase();
    const size = await readSize(database.superuser);
    const figures = await measure(database).finally(database.remove);
    const head = ["milliseconds", "minimum", "median", "maximum"];
    const table = new Table({ head, style: { head: [] } });
    for (const [title, values] of Object.entries(figures.times)) table.push(row(title, values, 0));
    console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1) ?? "unknown"}`);
    console.log(size);
    console.log(table.toString());
    const ratio = median(figures.times["inspection"]) / median(figures.times["pg_dump"]);
    console.log(`ratio of the medians ${ratio.toFixed(2)}, ${figures.queries} queries`);
  } finally {
    await server.remove();
  }
});

async function measure(database: LargeDatabase) {
  const times = { inspection: [] as number[], pg_dump: [] as number[] };
  const queries = vi.spyOn(Client.prototype, "query");
  let count = 0;
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    queries.mockClear();
    let found: readonly Difference[] = [];
    times.inspection.push(await milliseconds(async () => (found = await inspect(database))));
    count = queries.mock.calls.length;
    expect(found).toEqual([]);
    times.pg_dump.push(await milliseconds(() => dump(database.superuser)));
    // Shared sessions close after a while without use: each round begins without one, as a preview does.
    await sleep(6_000);
  }
  return { times, queries: count };
}

/** The inspections of a stack's resources in a preview, one after the other. */
async function inspect({ look }: LargeDatabase): Promise<Difference[]> {
  return [...(await look.schema()), ...(await look.policies()), ...(await look.access())];
}

async function dump(connection: Connection): Promise<void> {
  const { host, port, database, user, password } = clientAddress(connection);
  const target = ["--host", host, "--port", String(port), "--username", user, database];
  const { code, stdout, stderr } = await runQuietly("pg_dump", ["--schema-only", ...target], {
    env: { ...process.env, PGPASSWORD: password },
  });
  if (code !== 0) throw new Error(`pg_dump, which has to be on the PATH, has failed: ${stderr}`);
  expect(stdout.match(/^CREATE TABLE public/gm)).toHaveLength(1_000);
}

async function readSize(connection: Connection): Promise<string> {
  const [size] = await rowsOf<{ line: string }>(
    connection,
    `select format('%s tables, %s columns, %s indexes, %s policies, %s privileges granted', t.number, c.number, i.number, p.number, g.number) as line
       from (select count(*) as number from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r') as t,
            (select count(*) as number from pg_attribute join pg_class r on r.oid = attrelid
              where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0) as c,
            (select count(*) as number from pg_class where relnamespace = 'public'::regnamespace and relkind = 'i') as i,
            (select count(*) as number from pg_policy) as p,
            (select count(*) as number from pg_class as r, aclexplode(relacl) as a
              where relnamespace = 'public'::regnamespace and relkind = 'r' and a.grantee <> r.relowner) as g`,
  );
  return size?.line ?? "";
}

async function milliseconds(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
