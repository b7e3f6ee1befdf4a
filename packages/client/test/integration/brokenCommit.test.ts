import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import { createPool, withTenantContext } from "../../src/index";
import { createTenantDatabase } from "../../../postgres/test/integration/rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../../../postgres/test/integration/testDatabase";

const first = { userRole: "customer", customerId: 1 } as const;

let database: Awaited<ReturnType<typeof createTenantDatabase>>;

beforeAll(async () => {
  database = await createTenantDatabase("session");
  await database.run(`
    create table public.parents (id int primary key);
    create table public.children
      (parent int references public.parents deferrable initially deferred);
    grant insert on public.children to "${database.application.user}"`);
});

afterAll(() => database.drop());

/** A connection to the server that breaks once COMMIT has been sent: before the server receives it, or before its answer arrives. */
async function breakingWire(when: "before" | "after"): Promise<Server> {
  const { host, port } = database.application;
  const wire = createServer((near: Socket) => {
    const far = connect(port, host);
    let isCommitting = false;
    const cut = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on("error", cut).on("close", cut);
    near.on("data", (data) => {
      isCommitting ||= data.includes("commit; ");
      if (isCommitting && when === "before") cut();
      else far.write(data);
    });
    far.on("data", (data) => {
      if (isCommitting) cut();
      else near.write(data);
    });
  });
  await new Promise<void>((done) => wire.listen(0, "127.0.0.1", done));
  return wire;
}

test.each(["before", "after"] as const)(
  "reports a connection that breaks %s the server has committed, and does not repeat the work",
  async (when) => {
    const wire = await breakingWire(when);
    const { port } = wire.address() as AddressInfo;
    const { database: name, user, password = "" } = database.application;
    const credentials = { user, password };
    const pool = createPool({ host: "127.0.0.1", port, database: name, credentials });
    try {
      let runs = 0;
      const committing = withTenantContext(
        pool,
        first,
        async (client) => {
          runs++;
          await client.query("update public.sites set name = $1", [`Broke ${when}`]);
        },
        { retries: 5 },
      );
      await expect(committing).rejects.toMatchObject({
        name: "TransactionLost",
        work: "unknown",
        cause: expect.any(Error) as Error,
      });
      expect(runs).toBe(1);
      const [site] = await rowsOf<{ name: string }>(
        database.superuser,
        "select name from public.sites where customer_id = 1",
      );
      expect(site?.name === `Broke ${when}`).toBe(when === "after");
    } finally {
      await pool.end();
      wire.close();
    }
  },
);

test("a COMMIT that the server refuses fails with the server's error, and its connection is reused", async () => {
  const { host, port, database: name, user, password = "" } = database.application;
  const pool = createPool({ host, port, database: name, credentials: { user, password } });
  try {
    const orphan = withTenantContext(pool, first, async (client) => {
      await client.query("set DateStyle = 'German'; prepare left_behind as select 1");
      await client.query("insert into public.children values (1)");
    });
    await expect(orphan).rejects.toMatchObject({ code: "23503" });
    expect(pool.totalCount).toBe(1);
    const { rows } = await withTenantContext(pool, first, (client) =>
      client.query<object>(
        `select current_setting('DateStyle') as style, (select count(*) from pg_prepared_statements) as prepared`,
      ),
    );
    expect(rows).toEqual([{ style: "ISO, MDY", prepared: "0" }]);
  } finally {
    await pool.end();
  }
});
