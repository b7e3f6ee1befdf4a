import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { createPool, type DatabasePool, withTenantContext } from "hosterizer-database-client";
import { twoCustomers } from "../../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import { type ManagedServer, type Standby, startManagedServer } from "../../managed/managedServer";
import { connectionOfShell } from "../connectionOfShell";
import type { Project, RunningCommand } from "../project";
import { makeProdProject, passwordVariable } from "./makeProdProject";

let primary: ManagedServer;
let standby: Standby;
let project: Project;
let pool: DatabasePool;
const up = ["up", "--", "--stack", "prod", "--yes", "--skip-preview"] as const;
const hosts = "127.0.0.1,127.0.0.2";

const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  primary = await startManagedServer();
  undo.push(() => primary.remove());
  standby = await primary.addStandby("127.0.0.2");
  process.env[passwordVariable] = primary.deploy.password;
  project = await makeProdProject(primary, { host: hosts });
  undo.push(() => project.remove());
  await project.succeed(...up);
  await rowsOf({ ...primary.superuser, database: "hosterizer" }, twoCustomers);
  const line = 'eval "$(npm run -s db -- env --stack prod)"';
  const { host, port, database, user, password = "" } = await connectionOfShell(project, line);
  pool = createPool({
    host,
    port,
    database,
    credentials: { user, password },
    sslmode: "verify-full",
    sslrootcert: primary.authorityFile,
  });
  undo.push(() => pool.end());
});

// Runs after a failed set-up, too.
afterAll(async () => {
  for (const remove of undo.reverse()) await remove();
});

test("the next up and all applications continue after a failover during an update", async () => {
  const onStandby = { ...standby.superuser, database: "hosterizer" };
  // Gives the update something to write before and after the failover.
  await rowsOf(
    { ...primary.superuser, database: "hosterizer" },
    "grant truncate on public.sites to app_user; drop index public.sites_customer_id_created_at_idx",
  );
  const seen = applications();
  const running = project.start(...up);
  await Promise.race([running, printed(running, "RecordedSchema recorded-schema updating")]);
  await primary.stop();
  await standby.promote();
  const { exitCode, all } = await running;
  if (exitCode !== 0)
    expect(all).toMatch(/terminating connection|Connection terminated|accepts writes/);

  await project.succeed(...up);
  expect((await project.npm("drift", "--", "--stack", "prod")).code).toBe(0);
  // Clients find the new primary by themselves.
  await seen.answers(40);
  expect(new Set(await seen.stop())).toEqual(new Set(["site1.example.com"]));
  expect(await rowsOf(onStandby, "select count(*)::int as n from public.sites")).toEqual([
    { n: 2 },
  ]);
});

/** Resolves when a command has printed a text. */
function printed({ all }: RunningCommand, text: string): Promise<void> {
  let output = "";
  return new Promise((resolve) => {
    all.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(text)) resolve();
    });
  });
}

/** Four clients that query continuously, each in a tenant's context, and retry after a failure. */
function applications() {
  let stopped = false;
  const domains: string[] = [];
  let inRow = 0;
  const ask = () =>
    withTenantContext(pool, { userRole: "customer", customerId: 1 }, (client) =>
      client.query<{ domain: string }>("select domain from public.sites"),
    );
  const clients = [1, 2, 3, 4].map(async () => {
    while (!stopped) {
      const { rows } = await ask().catch(() => ({ rows: undefined }));
      inRow = rows === undefined ? 0 : inRow + 1;
      domains.push(...(rows ?? []).map(({ domain }) => domain));
      await sleep(20);
    }
  });
  return {
    /** Waits for this many consecutive answers without a failure, from now on. */
    answers: async (count: number) => {
      inRow = 0;
      await expect.poll(() => inRow, { timeout: 30_000 }).toBeGreaterThanOrEqual(count);
    },
    /** Stops the clients, and returns all domains that they have seen. */
    stop: async () => {
      stopped = true;
      await Promise.all(clients);
      return domains;
    },
  };
}
