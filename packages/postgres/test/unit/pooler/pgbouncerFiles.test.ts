import { expect, test } from "vitest";

import { pgbouncerFiles, pgbouncerSettings } from "../../../src/pooler/pgbouncerFiles";

const args = {
  role: "app_pooler",
  database: "hosterizer",
  server: { host: "hosterizer-dev-postgresql", port: 5432 },
  poolSize: 25,
};

const settings = new Map(pgbouncerSettings(args).map(({ name, value }) => [name, value]));

const text = (name: string, poolSize = 25) =>
  pgbouncerFiles({ ...args, poolSize }).find(({ file }) => file === name)?.content ?? "";

test.each([
  ["pool_mode", "transaction"],
  // Together they keep one tenant's context from the next client.
  ["server_reset_query_always", "1"],
  ["auth_type", "scram-sha-256"],
  ["auth_query", "select * from pooler.user_lookup($1)"],
  ["server_tls_sslmode", "verify-full"],
  ["client_tls_sslmode", "require"],
  ["admin_users", ""],
  ["unix_socket_dir", ""],
  // A session can lift PostgreSQL's own limit, and not this one.
  ["idle_transaction_timeout", "60"],
])("%s is %s", (name, value) => {
  expect(settings.get(name)).toBe(value);
});

test("server_reset_query resets timeouts first, and leaves an open transaction if it fails", () => {
  expect(settings.get("server_reset_query")).toMatch(/^begin [^;]*; reset all; .*; commit$/);
});

test.each([
  ["default_pool_size", "25"],
  ["min_pool_size", "5"],
  ["server_lifetime", "300"],
  ["server_idle_timeout", "600"],
])("%s is the guide's %s", (name, value) => {
  expect(settings.get(name)).toBe(value);
});

test("a client's own options are refused instead of dropped", () => {
  expect(settings.get("ignore_startup_parameters")?.split(",")).not.toContain("options");
});

test("a pool smaller than the connections to keep open keeps all of them open", () => {
  expect(text("pgbouncer.ini", 2)).toContain("\nmin_pool_size = 2\n");
});

test("every setting occurs once, with a reason", () => {
  const all = pgbouncerSettings(args);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { reason } of all) expect(reason).toMatch(/^\S.*\S$/);
});

test("there is one database, and a limit for lookups", () => {
  const lines = text("pgbouncer.ini").split("\n");
  const section = (name: string) => {
    const rest = lines.slice(lines.indexOf(name) + 1);
    const end = rest.findIndex((line) => line.startsWith("["));
    return rest.slice(0, end).filter((line) => !line.startsWith(";"));
  };
  expect(section("[databases]")).toEqual([
    "hosterizer = host=hosterizer-dev-postgresql port=5432 auth_user=app_pooler",
  ]);
  expect(section("[users]")).toEqual(["app_pooler = max_user_connections=4"]);
});

test("reasons are comments on separate lines: at the end of a line they would be part of the value", () => {
  const values = text("pgbouncer.ini")
    .split("\n")
    .filter((line) => !line.startsWith(";"));
  for (const line of values) expect(line).not.toMatch(/\s[;#]/);
});

test("the pooler's own name has a verifier that no password matches", () => {
  expect(text("users.txt")).toMatch(
    /^"app_pooler" "SCRAM-SHA-256\$4096:A{22}==\$A{43}=:A{43}="\n$/,
  );
});
