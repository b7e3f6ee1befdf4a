import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

import { provider } from "../../../components/dynamic/serverSettingsProvider";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { ContainerSetting } from "@hosterizer/postgres/server/container/containerSettings";
import type { ConnectionRule } from "@hosterizer/postgres/server/container/connectionRules";
import { startServer } from "@hosterizer/postgres/server/embedded/server";
import { readServerState } from "@hosterizer/postgres/server/embedded/serverProcess";
import { freePort } from "../../../packages/postgres/test/integration/freePort";
import {
  startTestServer,
  type TestServer,
} from "../../../packages/postgres/test/integration/testServer";

const rules: readonly ConnectionRule[] = [
  {
    type: "hostnossl",
    database: "all",
    user: "all",
    address: "all",
    method: "scram-sha-256",
    reason: "the tests",
  },
];

let own: TestServer;
let settings: readonly ContainerSetting[];

beforeAll(async () => {
  own = await startTestServer();
  await writeRules(rulesFile);
  const fixed = own.server.settings.map((setting) => {
    const change = restarting.has(setting.name) ? ("restart" as const) : ("reload" as const);
    return { ...setting, tier: "mandatory" as const, change };
  });
  settings = [
    ...fixed,
    adjustable("work_mem", "2621kB"),
    adjustable("deadlock_timeout", "1500ms"),
    adjustable("log_connections", "on"),
    adjustable("pg_stat_statements.track", "all"),
    adjustable("datestyle", "iso, dmy"),
    { ...adjustable("max_connections", "100"), change: "restart" },
  ];
});
afterEach(async () => {
  await writeRules(rulesFile);
  await provider.update("settings", inputs(), inputs());
  expect(await drift()).toEqual([]);
});
afterAll(() => own.remove());

const restarting = new Set([
  "listen_addresses",
  "port",
  "unix_socket_directories",
  "shared_preload_libraries",
]);
const rulesFile = "hostnossl all all all scram-sha-256\n";

function adjustable(name: string, value: string): ContainerSetting {
  return { name, value, tier: "default", change: "reload", reason: "the tests" };
}

function inputs(changed: Partial<Connection> = {}) {
  const { port, password } = own;
  const login = { host: "127.0.0.1", port, database: "postgres", user: "postgres", password };
  return { connection: { ...login, ...changed }, host: "127.0.0.1", port, settings, rules };
}

async function ask<T>(sql: string): Promise<T[]> {
  const client = new Client(own.url);
  // One of the tests ends the server.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<T & object>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function show(name: string): Promise<unknown> {
  return (await ask<{ value: string }>(`select current_setting('${name}') as value`))[0]?.value;
}

async function reload(): Promise<void> {
  await ask("select pg_catalog.pg_reload_conf()");
}

/** The server's own file, which a superuser of an embedded server may write. */
async function writeRules(text: string): Promise<void> {
  const lines = text.trimEnd().split("\n");
  await ask(`do $do$ begin
    execute format('copy (select unnest(%L::text[])) to %L with (format csv, delimiter ''~'', quote ''^'')',
                   $$\{${lines.map((line) => JSON.stringify(line)).join(",")}}$$,
                   current_setting('hba_file'));
  end $do$`);
  await reload();
}

async function drift(news = inputs(), olds = inputs()): Promise<string[]> {
  const checked = await provider.check(olds, news);
  return (checked.inputs as { drift: string[] }).drift;
}

/** Takes Docker's part: restarts a server that has exited. */
async function whileRestarted(run: () => Promise<unknown>): Promise<void> {
  const look = setInterval(() => {
    void readServerState(own.server.paths.data).then(async ({ state }) => {
      if (state === "stopped") await startServer(own.server).catch(() => undefined);
    });
  }, 300);
  await run().finally(() => {
    clearInterval(look);
  });
}

test("sets differing settings on the running server, which then has no drift", async () => {
  await ask("alter system reset all");
  await reload();
  await vi.waitFor(async () => {
    expect(await show("work_mem")).toBe("4MB");
  });

  const started = await ask("select pg_postmaster_start_time()");
  const created = await provider.create(inputs());

  expect(created).toMatchObject({ id: "settings", outs: { host: "127.0.0.1", port: own.port } });
  expect(await show("work_mem")).toBe("2621kB");
  expect(await show("deadlock_timeout")).toBe("1500ms");
  expect(await show("log_connections")).toBe("on");
  expect(await show("pg_stat_statements.track")).toBe("all");
  expect(await show("datestyle")).toBe("ISO, DMY");
  expect(await ask("select pg_postmaster_start_time()")).toEqual(started);
});

test("a correct setting needs no ALTER SYSTEM, even if its unit differs", async () => {
  await ask("alter system set deadlock_timeout = '1500000us'");
  await reload();

  expect(await drift()).toEqual([]);
  await provider.update("settings", inputs(), inputs());
  const [entry] = await ask<{ setting: string }>(
    "select setting from pg_file_settings where name = 'deadlock_timeout'",
  );
  expect(entry?.setting).toBe("1500000us");
});

test("ALTER SYSTEM of a declared setting is named with its value, before and after it takes effect", async () => {
  await ask("alter system set work_mem = '64MB'");
  const before = await drift();
  await reload();

  expect(before).toEqual([
    "setting work_mem: found '64MB' by ALTER SYSTEM, from the next start on, expected '2621kB'",
  ]);
  await vi.waitFor(async () => {
    expect(await drift()).toEqual(["setting work_mem: found '65536kB', expected '2621kB'"]);
  });
  await provider.update("settings", inputs(), inputs());
  expect(await show("work_mem")).toBe("2621kB");
});

test("undeclared ALTER SYSTEM is named and undone, even with names that need quoting", async () => {
  await ask("alter system set jit = off");
  await ask("alter system set pg_stat_statements.save = off");
  await ask("alter system set password_encryption = 'md5'");
  await reload();

  await vi.waitFor(async () => {
    expect(await drift()).toEqual([
      "setting password_encryption: found 'md5', expected 'scram-sha-256'",
      "setting jit is not declared, found 'off' by ALTER SYSTEM",
      "setting pg_stat_statements.save is not declared, found 'off' by ALTER SYSTEM",
    ]);
  });
  await provider.update("settings", inputs(), inputs());
  expect([await show("jit"), await show("password_encryption")]).toEqual(["on", "scram-sha-256"]);
  expect(
    await ask("select name from pg_file_settings where sourcefile like '%auto.conf' order by name"),
  ).toEqual(
    [
      "datestyle",
      "deadlock_timeout",
      "log_connections",
      "pg_stat_statements.track",
      "work_mem",
    ].map((name) => ({ name })),
  );
});

test("a setting of the superuser hides nothing and is not drift", async () => {
  await ask("alter role postgres set work_mem = '1GB'");
  const hidden = await drift();
  await ask("alter system set work_mem = '64MB'");
  await reload();
  const found = await drift();
  await ask("alter role postgres reset work_mem");

  expect(hidden).toEqual([]);
  expect(found).toEqual(["setting work_mem: found '64MB', expected '2621kB'"]);
});

test("a setting that is pending a restart is undone without one", async () => {
  await ask("alter system set max_worker_processes = 20");
  await reload();
  await vi.waitFor(async () => {
    expect(await ask("select name from pg_settings where pending_restart")).toHaveLength(1);
  });
  const found = await drift();
  const started = await ask("select pg_postmaster_start_time()");
  await provider.update("settings", inputs(), inputs());

  expect(found).toEqual([
    "setting max_worker_processes is not declared, found '20' by ALTER SYSTEM",
  ]);
  // PostgreSQL keeps reporting a pending restart, although nothing is pending any more.
  expect(await drift()).toEqual([]);
  expect(await ask("select pg_postmaster_start_time()")).toEqual(started);
});

test("a setting that took effect with a restart is undone by another restart", async () => {
  await ask("alter system set max_worker_processes = 20");
  await ask("alter system set max_connections = 50");
  await whileRestarted(async () => {
    const started = await ask("select pg_postmaster_start_time()");
    await ask(`copy (select) to program 'kill -INT "$(head -n 1 postmaster.pid)"'`).catch(() => []);
    await vi.waitFor(
      async () => {
        expect(await ask("select pg_postmaster_start_time()")).not.toEqual(started);
      },
      { timeout: 20_000, interval: 200 },
    );
    expect(await drift()).toEqual([
      "setting max_connections: found '50', expected '100'",
      "setting max_worker_processes is not declared, found '20' by ALTER SYSTEM",
    ]);
    await provider.update("settings", inputs(), inputs());
  });

  expect([await show("max_worker_processes"), await show("max_connections")]).toEqual(["8", "100"]);
});

test("a change of the program is not drift; a manual change beside it is", async () => {
  const changed = settings.map((setting) =>
    setting.name === "work_mem" ? { ...setting, value: "8MB" } : setting,
  );
  const more = [...changed, adjustable("jit", "off")];
  const news = { ...inputs(), settings: more };

  expect(await drift(news)).toEqual([]);
  expect(await provider.diff("settings", inputs(), news)).toEqual({ changes: true });
  await ask("alter system set deadlock_timeout = '9s'");
  await reload();
  await vi.waitFor(async () => {
    expect(await drift(news)).toEqual([
      "setting deadlock_timeout: found '9000ms', expected '1500ms'",
    ]);
  });
  await provider.update("settings", inputs(), news);
  expect([await show("work_mem"), await show("jit")]).toEqual(["8MB", "off"]);
  expect(await drift(inputs(), news)).toEqual([]);
});

test("names a trust rule, a missing rule, and a wrong order", async () => {
  await writeRules(`hostnossl all app_user all trust\n${rulesFile}`);
  const trusting = await drift();
  await writeRules("hostnossl all postgres all scram-sha-256\nhost all all nowhere");
  const missing = await drift();
  const two = [...rules, { ...rules[0], user: "postgres" } as ConnectionRule];
  await writeRules(`hostnossl all postgres all scram-sha-256\n${rulesFile}`);
  const both = { ...inputs(), rules: two };
  const turned = await drift(both, both);

  expect(trusting).toEqual([
    `rule hostnossl all app_user all trust is not declared, found line 1 of pg_hba.conf`,
  ]);
  expect(missing).toEqual([
    `rule hostnossl all all all scram-sha-256 is missing, expected a line of pg_hba.conf`,
    `rule hostnossl all postgres all scram-sha-256 is not declared, found line 1 of pg_hba.conf`,
    expect.stringMatching(/^rule that the server cannot read \(.+\) is not declared, found line 2/),
  ]);
  expect(turned).toEqual([`rules of pg_hba.conf: found another, expected the declared order`]);
});

test("an unreachable server is a line in a preview, and in an update an error that says what to do", async () => {
  const port = await freePort();
  const refused = inputs({ port });
  const wrong = inputs({ password: "wrong" });
  const plain = inputs({ sslmode: "require" });

  expect(await drift(refused)).toEqual([
    `server 127.0.0.1:${port}: found not reachable: it does not answer (nothing listens on that port), expected an answer`,
  ]);
  expect(await drift(wrong)).toEqual([
    expect.stringMatching(/^server .*: found not reachable: it refuses the password of postgres, /),
  ]);
  expect(await drift(plain)).toEqual([
    `server 127.0.0.1:${own.port}: found not reachable: it does not support TLS, expected an answer`,
  ]);
  await expect(provider.create(wrong)).rejects.toThrow(
    /^server 127\.0\.0\.1:\d+: it refuses the password of postgres.*\.\nSee what listens on /,
  );
  await expect(provider.create(plain)).rejects.toThrow("it does not support TLS");
});

test("nothing is inspected before the server exists, or while its address is unknown", async () => {
  const nowhere = inputs({ port: await freePort() });
  const unknown = { ...nowhere, host: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };

  expect(await provider.check({}, nowhere)).toMatchObject({ inputs: { drift: [] } });
  expect(await drift(unknown)).toEqual([]);
});

test("a value that the server rejects is an error that says where to correct it", async () => {
  const wrong = adjustable("default_text_search_config", "none of those");
  const bad = { ...inputs(), settings: [...settings, wrong] };

  await expect(provider.create(bad)).rejects.toThrow(
    /^setting default_text_search_config: the server rejects its value: .+\.\nCorrect it in hosterizer-database:serverSettings/,
  );
});
