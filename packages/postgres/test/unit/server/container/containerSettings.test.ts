import { expect, test } from "vitest";

import {
  configurationFiles,
  containerSettings,
  isAppliedLive,
  overrideFaults,
} from "../../../../src/server/container/containerSettings";
import { mandatorySettings } from "../../../../src/server/container/mandatorySettings";
import { parameters, valueFault } from "../../../../src/server/settings/parameters";

const backup = { repositories: [{ type: "volume" }], whenArchivingFails: "keep" } as const;
const pooler = { database: "hosterizer", role: "app_pooler" };

function value(overrides: Record<string, string>, name: string) {
  return containerSettings({ memory: 1024, overrides, backup }).find(
    (setting) => setting.name === name,
  );
}

test.each([
  backup,
  { ...backup, whenArchivingFails: { dropBeyond: 10_240 } },
  { ...backup, repositories: [] },
])(
  "with $whenArchivingFails, each setting is declared once, with a reason and a value that PostgreSQL accepts",
  (declared) => {
    const settings = containerSettings({ memory: 1024, overrides: {}, backup: declared });
    const names = settings.map(({ name }) => name);

    expect(names).toEqual([...new Set(names)]);
    for (const { name, value, reason } of settings) {
      const parameter = parameters.get(name);
      expect([name, parameter && valueFault(parameter, value)]).toEqual([name, undefined]);
      expect(reason).toMatch(/^[^\n]+[^.\n]$/);
    }
  },
);

test("beyond its limit the server drops the oldest WAL, in segments of 16 MiB, and puts histories of timelines off", () => {
  const dropping = { ...backup, whenArchivingFails: { dropBeyond: 10_250 } };
  const commands = [backup, dropping].map((declared) => {
    const settings = containerSettings({ memory: 1024, overrides: {}, backup: declared });
    return settings.find(({ name }) => name === "archive_command")?.value ?? "";
  });
  const [push = "", drop] = commands;
  expect(drop).toBe(
    `case %f in *.history) ${push} && exit 0;; esac; ` +
      'if test $(find pg_wal/archive_status -name "*.ready" | wc -l) -gt 640; then case %f in ' +
      '*.history) echo "%f is archived later: more than 10250 MiB wait" >&2;; ' +
      '*) echo "WAL %f is dropped: more than 10250 MiB could not be archived" >&2; echo %f >/var/lib/postgresql/pgbackrest/dropped;; ' +
      `esac; exit 0; fi; case %f in *.history) exit 1;; esac; ${push}`,
  );
});

test("a user's setting replaces a default or is added", () => {
  const overrides = { WORK_MEM: "9MB", jit: "off" };

  expect(value(overrides, "work_mem")).toMatchObject({ value: "9MB", tier: "default" });
  expect(value(overrides, "jit")).toEqual({
    name: "jit",
    value: "off",
    tier: "default",
    change: "reload",
    reason: "from hosterizer-database:serverSettings",
  });
});

test("work_mem follows from max_connections, even if the user sets it", () => {
  expect(value({}, "work_mem")?.value).toBe("2621kB");
  expect(value({ max_connections: "50" }, "work_mem")?.value).toBe("5242kB");
});

test("the file has the settings that are mandatory or need a restart, and none that are applied live", () => {
  const overrides = { max_worker_processes: "12", jit: "off" };
  const settings = containerSettings({ memory: 1024, overrides, backup });
  const [file] = configurationFiles(settings, pooler);
  const lines = file?.content.match(/^\w[\w.]*(?= = )/gm) ?? [];

  expect(lines).toEqual([
    ...mandatorySettings.map(({ name }) => name),
    "max_connections",
    "shared_buffers",
    "wal_buffers",
    "max_worker_processes",
  ]);
  expect(settings.filter(isAppliedLive).map(({ name }) => name)).toContain("jit");
});

const place = (name: string) =>
  `hosterizer-database:serverSettings in Pulumi.dev.yaml: setting "${name}"`;

const refused: readonly { overrides: Readonly<Record<string, string>>; says: string }[] = [
  {
    overrides: { fsync: "off" },
    says: `${place("fsync")}: is always 'on': what was committed survives a crash of the machine.\nRemove it.`,
  },
  {
    overrides: { Log_Statement: "all" },
    says: `${place("Log_Statement")}: is always 'none': it prints passwords`,
  },
  {
    overrides: { work_men: "4MB" },
    says: `${place("work_men")}: is not a setting of PostgreSQL 15 that a settings file may contain.\nRemove it, or write work_mem.`,
  },
  {
    overrides: { "app.tenant": "1" },
    says: `${place("app.tenant")}: is not a setting of PostgreSQL 15 that a settings file may contain.\nRemove it.`,
  },
  { overrides: { data_directory: "/tmp" }, says: "is not a setting of PostgreSQL 15" },
  { overrides: { constructor: "/tmp" }, says: "is not a setting of PostgreSQL 15" },
  { overrides: { server_version: "16" }, says: "is not a setting of PostgreSQL 15" },
  { overrides: { "work_mem = 1\nfsync": "off" }, says: "is not a setting of PostgreSQL 15" },
  { overrides: { search_path: "a, b" }, says: "is a list" },
  {
    overrides: { work_mem: "4 apples" },
    says: '"4 apples" is not a number in B, kB, MB, GB or TB',
  },
  { overrides: { work_mem: "1B" }, says: '"1B" is not a whole number of kB' },
  { overrides: { work_mem: "63kB" }, says: "is not between 64 and 2147483647 (in kB)" },
  { overrides: { deadlock_timeout: "5kB" }, says: "is not a number in us, ms, s, min, h or d" },
  { overrides: { max_worker_processes: "8.5" }, says: "is not a whole number" },
  { overrides: { jit: "maybe" }, says: '"maybe" is neither on nor off' },
  { overrides: { wal_compression: "brotli" }, says: "is none of pglz, lz4, zstd, on, off" },
  { overrides: { archive_cleanup_command: "a\nb" }, says: "has a line break" },
  { overrides: { archive_cleanup_command: "test 'x'" }, says: "has a quote or a backslash" },
  { overrides: { archive_cleanup_command: "\\x" }, says: "has a quote or a backslash" },
  { overrides: { archive_cleanup_command: "x".repeat(1001) }, says: "has 1001 characters" },
  { overrides: { work_mem: "8MB", Work_Mem: "9MB" }, says: "occurs twice" },
  {
    overrides: { shared_buffers: "513MB" },
    says: '"513MB" is more than half of the memory: hosterizer-database:memory is 1024 MiB',
  },
  { overrides: { max_connections: "5000" }, says: "leaves each session less than 64 kB" },
];

test.each(refused)("refuses $overrides", ({ overrides, says }) => {
  const faults = overrideFaults(overrides, "dev", 1024);

  expect(faults.map(({ message }) => message)).toEqual([expect.stringContaining(says)]);
});

test("finds all faults at once, and shortens a value to one line", () => {
  const faults = overrideFaults({ fsync: "off", jit: "x".repeat(500) }, "dev", 1024);

  expect(faults).toHaveLength(2);
  expect(Math.max(...faults.map(({ message }) => message.length))).toBeLessThan(300);
});

const taken: readonly Readonly<Record<string, string>>[] = [
  {},
  { work_mem: "1GB", jit: "OFF", wal_compression: "zstd", max_connections: "4000" },
  {
    shared_buffers: "512MB",
    archive_cleanup_command: "pgbackrest --stanza=hosterizer archive-push %p",
  },
  { random_page_cost: "1.25", DateStyle: "iso, dmy", idle_in_transaction_session_timeout: "0" },
];

test.each(taken)("accepts %o", (overrides) => {
  expect(overrideFaults(overrides, "dev", 1024)).toEqual([]);
});

test("skips what depends on the memory if that setting has a fault itself", () => {
  expect(overrideFaults({ shared_buffers: "64GB" }, "dev")).toEqual([]);
});

test("no setting that could print a password may be changed", () => {
  const printing = [
    "log_statement",
    "log_min_duration_statement",
    "log_min_duration_sample",
    "log_transaction_sample_rate",
    "log_min_error_statement",
    "log_min_messages",
    "log_error_verbosity",
    "pgaudit.log",
    "pgaudit.log_parameter",
    "pg_stat_statements.track_utility",
    "shared_preload_libraries",
  ];

  expect(printing.filter((name) => overrideFaults({ [name]: "0" }, "dev").length === 0)).toEqual(
    [],
  );
});
