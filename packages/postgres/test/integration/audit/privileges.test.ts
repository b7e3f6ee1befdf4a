import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startTestServer, type TestServer } from "../testServer";
import { createAuditedDatabase } from "./auditedDatabase";

// Some of the changes affect the whole server: settings of all roles, privileges on tablespaces and parameters.
let server: TestServer;
let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
let reader: string;
let application: string;
let backup: string;
let owner: string;
let stranger: string;

beforeAll(async () => {
  server = await startTestServer();
  database = await createAuditedDatabase(server.url);
  reader = database.own("app_readonly");
  application = database.own("app_user");
  backup = database.own("app_backup");
  owner = database.owner;
  stranger = (await database.role("stranger")).user;
  await database.run(`
    set role ${owner};
    create table public.empty (id bigint primary key, note text);
    create function public.double(n integer) returns integer language sql as 'select 2 * n';
    create type public.mood as enum ('fine');
    create domain public.positive as integer check (value > 0);
    reset role;
    select lo_create(4711);
    alter large object 4711 owner to ${owner};
    create foreign data wrapper files;
    create server files foreign data wrapper files`);
  // Roles that row-level security binds may use the new table after the next update.
  await database.repair();
});

afterAll(() => server.remove());

interface Break {
  what: string;
  sql: () => string;
  lines: () => string[];
}

const line = (object: string, held: string) => `${object}: found ${held}, expected no ${held}`;

const breaks: readonly Break[] = [
  {
    what: "two privileges on a table, as one line",
    sql: () => `grant update, delete on public.empty to ${reader}`,
    lines: () => [line("table public.empty", `DELETE, UPDATE to ${reader}`)],
  },
  {
    what: "a privilege of everyone on a table",
    sql: () => "grant select on public.users to public",
    lines: () => [line("table public.users", "SELECT to PUBLIC")],
  },
  {
    what: "TRUNCATE, which no declaration can grant",
    sql: () => `grant truncate on public.users to ${application}`,
    lines: () => [line("table public.users", `TRUNCATE to ${application}`)],
  },
  {
    what: "a privilege of a role without any declared privilege",
    sql: () => `grant select on public.users to ${stranger}`,
    lines: () => [line("table public.users", `SELECT to ${stranger}`)],
  },
  {
    what: "a privilege on a column",
    sql: () => `grant update (email) on public.users to ${reader}`,
    lines: () => [line("column public.users.email", `UPDATE to ${reader}`)],
  },
  {
    what: "the grant option of a declared privilege",
    sql: () => `grant select on public.policies to ${reader} with grant option`,
    lines: () => [
      `table public.policies: found SELECT to ${reader} WITH GRANT OPTION, expected SELECT to ${reader}`,
    ],
  },
  {
    what: "an undeclared grant option, with the privilege granted by it",
    sql: () => `grant select on public.policies to ${reader} with grant option;
      set role ${reader};
      grant select on public.policies to ${stranger}`,
    lines: () => [
      `table public.policies: found SELECT to ${reader} WITH GRANT OPTION, expected SELECT to ${reader}`,
      line("table public.policies", `SELECT to ${stranger}`),
    ],
  },
  {
    what: "a privilege on a sequence",
    sql: () => `grant update on sequence public.users_id_seq to ${application}`,
    lines: () => [line("sequence public.users_id_seq", `UPDATE to ${application}`)],
  },
  {
    what: "a privilege on a schema",
    sql: () => `grant create on schema public to ${application}`,
    lines: () => [line("schema public", `CREATE to ${application}`)],
  },
  {
    what: "the default privilege of PUBLIC on a schema",
    sql: () => "grant usage on schema public to public",
    lines: () => [line("schema public", "USAGE to PUBLIC")],
  },
  {
    what: "a privilege on the database",
    sql: () => `grant temporary on database ${database.name} to ${application}`,
    lines: () => [line(`database ${database.name}`, `TEMPORARY to ${application}`)],
  },
  {
    what: "a privilege of everyone on the database",
    sql: () => `grant connect on database ${database.name} to public`,
    lines: () => [line(`database ${database.name}`, "CONNECT to PUBLIC")],
  },
  {
    what: "a privilege on a function, besides that of everyone",
    sql: () => `grant execute on function public.double to ${reader}`,
    lines: () => [line("function public.double(integer)", `EXECUTE to ${reader}`)],
  },
  {
    what: "a privilege that an extension's script has revoked from PUBLIC",
    sql: () =>
      "grant execute on function monitoring.pg_stat_statements_reset(oid, oid, bigint) to public",
    lines: () => [
      line("function monitoring.pg_stat_statements_reset(oid,oid,bigint)", "EXECUTE to PUBLIC"),
    ],
  },
  {
    what: "a privilege on a type",
    sql: () => `grant usage on type public.mood to ${reader}`,
    lines: () => [line("type public.mood", `USAGE to ${reader}`)],
  },
  {
    what: "a privilege on a domain",
    sql: () => `grant usage on domain public.positive to ${reader}`,
    lines: () => [line("domain public.positive", `USAGE to ${reader}`)],
  },
  {
    what: "a privilege on a language",
    sql: () => `grant usage on language plpgsql to ${reader}`,
    lines: () => [line("language plpgsql", `USAGE to ${reader}`)],
  },
  {
    what: "a privilege on a foreign data wrapper and on a server",
    sql: () => `grant usage on foreign data wrapper files to ${reader};
      grant usage on foreign server files to ${reader}`,
    lines: () => [
      line("foreign data wrapper files", `USAGE to ${reader}`),
      line("foreign server files", `USAGE to ${reader}`),
    ],
  },
  {
    what: "a privilege on a parameter",
    sql: () => `grant set on parameter session_replication_role to ${application}`,
    lines: () => [line("parameter session_replication_role", `SET to ${application}`)],
  },
  {
    what: "a privilege on a tablespace",
    sql: () => `grant create on tablespace pg_default to ${application}`,
    lines: () => [line("tablespace pg_default", `CREATE to ${application}`)],
  },
  {
    what: "a privilege on a large object",
    sql: () => "grant select on large object 4711 to public",
    lines: () => [line("large object 4711", "SELECT to PUBLIC")],
  },
  {
    what: "a privilege on a table of the system",
    sql: () => `grant select on pg_catalog.pg_authid to ${reader}`,
    lines: () => [line("table pg_catalog.pg_authid", `SELECT to ${reader}`)],
  },
  {
    what: "a privilege on a function of the system",
    sql: () => `grant execute on function pg_catalog.pg_read_file(text) to ${application}`,
    lines: () => [line("function pg_catalog.pg_read_file(text)", `EXECUTE to ${application}`)],
  },
  {
    what: "default privileges in a schema",
    sql: () => `alter default privileges for role ${owner} in schema public
      grant truncate on tables to ${application}`,
    lines: () => [
      line(
        `default privileges of ${owner} on tables in schema public`,
        `TRUNCATE to ${application}`,
      ),
    ],
  },
  {
    what: "default privileges of another role in a schema of ours",
    sql: () => `alter default privileges for role ${stranger} in schema public
      grant select on sequences to public`,
    lines: () => [
      line(`default privileges of ${stranger} on sequences in schema public`, "SELECT to PUBLIC"),
    ],
  },
  {
    what: "default privileges in all schemas",
    sql: () => `alter default privileges for role ${owner} grant execute on functions to ${reader}`,
    lines: () => [line(`default privileges of ${owner} on functions`, `EXECUTE to ${reader}`)],
  },
  {
    what: "the grant option of a declared default privilege",
    sql: () => `alter default privileges for role ${owner} in schema public
      grant select on tables to ${backup} with grant option`,
    lines: () => [
      `default privileges of ${owner} on tables in schema public: ` +
        `found SELECT to ${backup} WITH GRANT OPTION, expected SELECT to ${backup}`,
    ],
  },
];

/** The object of a line. */
const objectOf = (text: string) => text.replace(/: found .*/, "");

/** Breaks that are made, named and repaired together: no two of them on one object. */
function together(all: readonly Break[]): Break[][] {
  const groups: Break[][] = [];
  for (const one of all) {
    const objects = new Set(one.lines().map(objectOf));
    const free = groups.find(
      (group) => !group.some(({ lines }) => lines().some((text) => objects.has(objectOf(text)))),
    );
    if (free === undefined) groups.push([one]);
    else free.push(one);
  }
  return groups;
}

describe("privileges that are not declared", () => {
  const found = new Map<string, string[]>();
  const left = new Map<string, string[]>();
  const unexpected: string[] = [];
  beforeAll(async () => {
    for (const group of together(breaks)) {
      for (const { sql } of group) await database.run(sql());
      const named = await database.lines();
      await database.repair();
      const remaining = await database.lines();
      for (const { what, lines } of group) {
        const objects = new Set(lines().map(objectOf));
        const own = (text: string) => objects.has(objectOf(text));
        found.set(what, named.filter(own));
        left.set(what, remaining.filter(own));
      }
      const objects = new Set(group.flatMap(({ lines }) => lines().map(objectOf)));
      unexpected.push(...[...named, ...remaining].filter((text) => !objects.has(objectOf(text))));
    }
  });

  test.each(breaks)("names and revokes $what", ({ what, lines }) => {
    expect(found.get(what)?.sort()).toEqual(lines().sort());
    expect(left.get(what)).toEqual([]);
  });

  test("names nothing else", () => {
    expect(unexpected).toEqual([]);
  });
});

const lacks = (object: string, list: string) => `${object}: found no ${list}, expected ${list}`;

/** Only the catalog reveals these, even after a refresh has stored the live state as declared. */
const missing: readonly Break[] = [
  {
    what: "the database",
    sql: () => `revoke connect on database ${database.name} from ${application}`,
    lines: () => [lacks(`database ${database.name}`, `CONNECT to ${application}`)],
  },
  {
    what: "a schema",
    sql: () => `revoke usage on schema public from ${reader}`,
    lines: () => [lacks("schema public", `USAGE to ${reader}`)],
  },
  {
    what: "one of many tables",
    sql: () => `revoke select on public.sites from ${backup}`,
    lines: () => [lacks("table public.sites", `SELECT to ${backup}`)],
  },
  {
    what: "a sequence",
    sql: () => `revoke select on sequence public.users_id_seq from ${backup}`,
    lines: () => [lacks("sequence public.users_id_seq", `SELECT to ${backup}`)],
  },
  {
    what: "future tables",
    sql: () => `alter default privileges for role ${owner} in schema public
      revoke select on tables from ${backup}`,
    lines: () => [
      lacks(`default privileges of ${owner} on tables in schema public`, `SELECT to ${backup}`),
    ],
  },
  {
    what: "future sequences",
    sql: () => `alter default privileges for role ${owner} in schema hosterizer
      revoke select on sequences from ${backup}`,
    lines: () => [
      lacks(
        `default privileges of ${owner} on sequences in schema hosterizer`,
        `SELECT to ${backup}`,
      ),
    ],
  },
];

test.each(missing)("names and grants what is missing on $what", async ({ sql, lines }) => {
  await database.run(sql());
  const found = await database.lines();
  await database.repair();

  expect(found).toEqual(lines());
  expect(await database.lines()).toEqual([]);
});

test("names and grants what is missing on a view, a partitioned table and a partition", async () => {
  await database.run(`set role ${owner};
    create view public.addresses with (security_invoker = true) as select email from public.users;
    create table public.events (at date) partition by range (at);
    create table public.events_2026 partition of public.events default`);
  await database.repair();
  await database.run(`set role ${owner};
    revoke select on public.addresses, public.events, public.events_2026 from ${backup}`);
  const found = await database.lines();
  await database.repair();
  const repaired = await database.lines();
  await database.run("drop view public.addresses; drop table public.events");

  expect(found).toEqual([
    lacks("table public.events", `SELECT to ${backup}`),
    lacks("table public.events_2026", `SELECT to ${backup}`),
    lacks("view public.addresses", `SELECT to ${backup}`),
  ]);
  expect(repaired).toEqual([]);
});

test("leaves what strangers grant each other, and only reports what a role of ours gets", async () => {
  await database.run(`create schema theirs authorization ${stranger};
    set role ${stranger};
    create table theirs.notes (note text);
    grant select on theirs.notes to public;
    grant insert on theirs.notes to ${reader}`);
  const lines = await database.lines();
  await database.repair();
  const repaired = await database.lines();
  await database.run("drop schema theirs cascade");

  expect(lines).toEqual([
    `${line("table theirs.notes", `INSERT to ${reader}`)}: only its owner ${stranger} can repair it (up leaves it)`,
  ]);
  expect(repaired).toEqual(lines);
});
