import type { Attack } from "../attack";

const refused = { refusal: "42501" } as const;
const locks = {
  open: "a role that may update a table may also lock it: others give up after lock_timeout, PostgreSQL ends an idle transaction after a minute, and PgBouncer does even where the session has lifted that limit",
} as const;
const lifted = {
  open: "PostgreSQL lets a session change these settings: they bound what is left behind, not who means it; PgBouncer's idle_transaction_timeout bounds both",
} as const;
const ahead = {
  open: "a role that may insert into a column may choose the value: inserts fail with 23505 until the sequence is past it; grant INSERT on the other columns alone",
} as const;
const notified = {
  open: "PostgreSQL cannot withhold LISTEN and NOTIFY: send no tenant's data that way; a listener that stays in a transaction keeps the queue from being emptied",
} as const;

/** Holding up all others: locks, ids that others need, and limits. */
export const waits: readonly Attack[] = [
  {
    aim: "a table locked against all others",
    sql: "lock table public.sites in access exclusive mode",
    gets: locks,
  },
  {
    aim: "a table locked against writers",
    sql: "lock table public.cost_records in share row exclusive mode nowait",
    gets: locks,
  },
  {
    aim: "the ledger of the migrations locked",
    sql: "lock table hosterizer.schema_migrations in access exclusive mode",
    gets: refused,
  },
  {
    aim: "a catalog locked against all others",
    sql: "lock table pg_catalog.pg_class in access exclusive mode",
    gets: refused,
  },
  {
    aim: "an advisory lock that others wait for",
    sql: "select pg_advisory_xact_lock(1)",
    gets: refused,
  },
  {
    aim: "an advisory lock for the whole session",
    sql: "select pg_advisory_lock(1, 2)",
    gets: refused,
  },
  {
    aim: "an advisory lock, if it is free",
    sql: "select pg_try_advisory_lock_shared(1)",
    gets: refused,
  },
  {
    aim: "the lock of the migrations' runner",
    sql: "select pg_try_advisory_xact_lock(1752134516, 1835624306)",
    gets: refused,
  },
  {
    aim: "a lock table filled with advisory locks",
    sql: "select count(pg_advisory_xact_lock_shared(n)) from generate_series(1, 1000000) as n",
    gets: refused,
  },
  {
    aim: "a lock table filled, in a DO block",
    sql: "do $$ begin for n in 1 .. 1000000 loop perform pg_try_advisory_xact_lock(n); end loop; end $$",
    gets: refused,
  },
  {
    aim: "the locks of its own session released, as pools do",
    sql: "select pg_advisory_unlock_all()",
    gets: "own",
  },
  {
    aim: "a lock for as long as it likes",
    sql: "set idle_in_transaction_session_timeout = 0; set statement_timeout = 0; select id from public.sites for update",
    gets: lifted,
  },
  { aim: "waiting for ever", sql: "set local lock_timeout = 0", gets: lifted },
  {
    aim: "the id of the next site, occupied",
    sql: "insert into public.sites (id, customer_id, name, domain, cloud_provider, region) overriding system value values (2, 1, 'x', 'x.example.com', 'aws', 'eu')",
    gets: ahead,
  },
  {
    aim: "a thousand ids ahead of the deployments, occupied",
    sql: "insert into public.deployments (id, customer_id, site_id) overriding system value select 1000 + n, 1, 1 from generate_series(1, 1000) as n",
    gets: ahead,
  },
  {
    aim: "the last id of all, occupied",
    sql: "insert into public.cost_records (id, customer_id, site_id, cost_date, amount, currency) overriding system value values (9223372036854775807, 1, 1, '2026-02-01', 1, 'EUR')",
    gets: ahead,
  },
  {
    aim: "an id ahead of the sequence, by UPDATE",
    sql: "update public.sites set id = 3",
    gets: { refusal: "428C9" },
  },
  { aim: "a sequence used up", sql: "select nextval('public.sites_id_seq')", gets: refused },
  {
    aim: "a sequence started again",
    sql: "alter sequence public.sites_id_seq restart",
    gets: refused,
  },
  { aim: "a large object", sql: "select lo_from_bytea(0, 'x')", gets: refused },
  { aim: "a large object, by its oldest function", sql: "select lo_creat(-1)", gets: refused },
  { aim: "a large object that is opened", sql: "select lo_open(1, 131072)", gets: refused },
  {
    aim: "the application's other sessions cancelled or ended",
    sql: "select pg_cancel_backend(pid) from pg_stat_activity where usename = 'app_user' and pid <> pg_backend_pid()",
    gets: refused,
  },
  {
    aim: "the application's other sessions ended, within an expression",
    sql: "select * from public.sites where pg_terminate_backend(-1)",
    gets: refused,
  },
  { aim: "a notification, within a query", sql: "select pg_notify('sites', 'x')", gets: refused },
  {
    aim: "a channel that others listen to",
    sql: "listen sites; notify sites, 'x'",
    gets: notified,
  },
];
