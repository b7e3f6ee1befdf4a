import { afterAll, beforeAll, expect, test } from "vitest";

import { provider } from "../../../components/dynamic/serverSettingsProvider";
import { overrideFaults } from "@hosterizer/postgres/server/container/containerSettings";
import { parameters, sameValue } from "@hosterizer/postgres/server/settings/parameters";
import { type ConfiguredServer, configuredServer } from "./configuredServer";

let server: ConfiguredServer;

beforeAll(async () => {
  server = await configuredServer(
    { database: "hosterizer", role: "app_pooler" },
    { Jit: "off", work_mem: "3MB", max_worker_processes: "12" },
  );
});
afterAll(() => server.remove());

interface Live {
  name: string;
  value: string;
  context: string;
  type: "bool" | "enum" | "integer" | "real" | "string";
  unit: string;
}

async function live(): Promise<Map<string, Live>> {
  const rows = await server.ask<Live>(
    `select lower(name) as name, setting as value, context, vartype as type, coalesce(unit, '') as unit
       from pg_catalog.pg_settings`,
  );
  return new Map(rows.map((row) => [row.name, row]));
}

function inputs() {
  const { connection, settings, rules } = server;
  return { connection, host: connection.host, port: connection.port, settings, rules };
}

async function drift(): Promise<unknown> {
  return (await provider.check(inputs(), inputs())).inputs;
}

test("the list of settings matches what PostgreSQL accepts in a settings file", async () => {
  const rows = await server.ask<{ line: string }>(
    `select concat_ws(e'\\t', lower(name), context, vartype, coalesce(unit, ''), coalesce(min_val, ''),
                      coalesce(max_val, ''), coalesce(array_to_string(enumvals, ','), '')) as line
       from pg_catalog.pg_settings
      where context <> 'internal' and name !~ '^transaction_' and name not in ('config_file', 'data_directory')`,
  );
  const taken = rows.map(({ line }) => line.split("\t")[0] ?? "").sort();
  expect([...parameters.keys()].sort()).toEqual(taken);
  for (const { line } of rows) {
    const [name = "", context, type, unit, min, max, choices = ""] = line.split("\t");
    expect(parameters.get(name)).toEqual({
      name,
      type,
      unit,
      min: Number(min),
      max: Number(max),
      choices: choices === "" ? [] : choices.split(","),
      change: context === "postmaster" ? "restart" : "reload",
    });
  }
});

test("an update brings every setting into force", async () => {
  const before = await live();
  expect(before.get("work_mem")?.value).toBe("4096");
  expect(before.get("max_worker_processes")?.value).toBe("12");

  await provider.create(inputs());
  const after = await live();

  const wrong = server.settings.filter(({ name, value }) => {
    const found = after.get(name);
    return found === undefined || !sameValue(found, found.value, value);
  });
  expect(wrong).toEqual([]);
  expect(after.get("work_mem")?.value).toBe("3072");
  expect(after.get("jit")?.value).toBe("off");
  expect(await drift()).toMatchObject({ drift: [] });
});

test("each setting states correctly whether it needs a restart or a reload", async () => {
  const found = await live();
  for (const { name, change } of server.settings)
    expect([name, change]).toEqual([
      name,
      found.get(name)?.context === "postmaster" ? "restart" : "reload",
    ]);
});

test("ALTER SYSTEM quotes no setting that a user may override", async () => {
  const text = "some, more";
  const free = [...parameters.values()].filter(
    ({ name, type }) => type === "string" && overrideFaults({ [name]: text }, "dev").length === 0,
  );
  await server.askEach(free.map(({ name }) => `alter system set ${name} = '${text}'`));
  const kept = await server.ask<{ name: string }>(
    `select name from pg_catalog.pg_file_settings
      where sourcefile like '%/postgresql.auto.conf' and setting like '%some, more%' and setting <> 'some, more'`,
  );
  await provider.update("settings", inputs(), inputs());

  expect(free.length).toBeGreaterThan(20);
  expect(kept).toEqual([]);
  expect(await drift()).toMatchObject({ drift: [] });
});

test("drift names settings changed by ALTER SYSTEM, and an update undoes them with a restart", async () => {
  await server.ask(
    "alter system set max_connections = 50",
    "alter system set ssl_min_protocol_version = 'TLSv1'",
    "alter system set max_locks_per_transaction = 128",
  );
  const { container } = server;
  const started = await server.ask("select pg_postmaster_start_time()");
  await container.run(["bash", "-c", 'kill -INT "$(head -n 1 "$PGDATA/postmaster.pid")"']);
  await expect
    .poll(() => server.ask("select pg_postmaster_start_time()").catch(() => started), {
      timeout: 60_000,
    })
    .not.toEqual(started);

  expect(await drift()).toMatchObject({
    drift: [
      "setting ssl_min_protocol_version: found 'TLSv1', expected 'TLSv1.2'",
      "setting max_connections: found '50', expected '100'",
      "setting max_locks_per_transaction is not declared, found '128' by ALTER SYSTEM",
    ],
  });
  await provider.update("settings", inputs(), inputs());
  expect(await drift()).toMatchObject({ drift: [] });
  const now = await live();
  expect(now.get("max_connections")?.value).toBe("100");
  expect(now.get("max_locks_per_transaction")?.value).toBe("64");
  expect((await container.inspect()).State.Running).toBe(true);
});

test("drift names a line of the settings file that the server cannot apply", async () => {
  const { container } = server;
  const shown = async (file: string) => (await container.run(["cat", file])).output;
  const file = "postgresql.conf";
  const text = await shown(`/etc/hosterizer/${file}`);
  await container.put("/etc/hosterizer", {
    [file]: text.replace("ssl_min_protocol_version = 'TLSv1.2'", "ssl_min_protocol_version = 'no'"),
  });
  const found = await drift();
  await container.put("/etc/hosterizer", { [file]: text });

  expect(found).toMatchObject({
    drift: [
      expect.stringMatching(
        /^file \/etc\/hosterizer\/postgresql\.conf: found line \d+ with ssl_min_protocol_version: setting could not be applied, /,
      ),
    ],
  });
  expect(await drift()).toMatchObject({ drift: [] });
});

test("a server of another authority is a difference in a preview and an error in an update", async () => {
  const stranger = await configuredServer({ database: "hosterizer", role: "app_pooler" });
  try {
    const { sslrootcert = "" } = stranger.connection;
    const news = { ...inputs(), connection: { ...server.connection, sslrootcert } };
    const missing = { ...inputs(), connection: { ...server.connection, sslrootcert: "/nowhere" } };

    expect(await provider.check(inputs(), news)).toMatchObject({
      inputs: { drift: [expect.stringContaining(`fails verification against ${sslrootcert}`)] },
    });
    expect(await provider.check(inputs(), missing)).toMatchObject({
      inputs: {
        drift: [expect.stringContaining("file /nowhere is missing")],
      },
    });
    await expect(provider.update("settings", inputs(), news)).rejects.toThrow(
      `fails verification against ${sslrootcert}`,
    );
  } finally {
    await stranger.remove();
  }
});
