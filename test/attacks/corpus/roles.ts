import type { Attack } from "../attack";

const refused = { refusal: "42501" } as const;

const ownSettings = {
  open: "PostgreSQL lets a role change its own session defaults: drift names them, and up resets them",
} as const;

/** Becoming another role, or gaining rights. */
export const roles: readonly Attack[] = [
  {
    aim: "the owner's role",
    sql: "set role hosterizer_owner; select * from public.sites",
    gets: refused,
  },
  { aim: "the migrator's role", sql: "set role hosterizer_migrator", gets: refused },
  {
    aim: "the backup's role, which reads everything",
    sql: "set local role app_backup",
    gets: refused,
  },
  { aim: "the superuser's role", sql: "set role postgres", gets: refused },
  {
    aim: "an earlier role of its login",
    sql: "reset role; select * from public.sites",
    gets: "own",
  },
  { aim: "no role", sql: "set role none; select * from public.sites", gets: "own" },
  {
    aim: "another login's session",
    sql: "set session authorization hosterizer_owner",
    gets: refused,
  },
  {
    aim: "the session's first login",
    sql: "reset session authorization; select * from public.sites",
    gets: "own",
  },
  {
    aim: "a role by set_config",
    sql: "select set_config('role', 'hosterizer_owner', true)",
    gets: refused,
  },
  {
    aim: "a login by set_config",
    sql: "select set_config('session_authorization', 'app_backup', true)",
    gets: refused,
  },
  { aim: "the superuser's attribute", sql: "alter role app_user superuser", gets: refused },
  { aim: "BYPASSRLS", sql: "alter role app_user bypassrls", gets: refused },
  { aim: "CREATEROLE", sql: "alter role app_user createrole", gets: refused },
  { aim: "another role's password", sql: "alter role app_backup password 'x'", gets: refused },
  {
    aim: "its own password, to lock the application out",
    sql: "alter role app_user password 'x'",
    gets: {
      open: "PostgreSQL lets a role change its own password: drift names it, and up restores it",
    },
  },
  {
    aim: "a setting of its own sessions that keeps it from logging in",
    sql: "alter role app_user set local_preload_libraries = 'none'",
    gets: ownSettings,
  },
  {
    aim: "row-level security that fails every query of its later sessions",
    sql: "alter role app_user set row_security = off",
    gets: ownSettings,
  },
  {
    aim: "a search path in which its later sessions find no table",
    sql: "alter role current_user set search_path = nowhere",
    gets: ownSettings,
  },
  {
    aim: "later sessions that can only read",
    sql: "alter role app_user set default_transaction_read_only = on",
    gets: ownSettings,
  },
  {
    aim: "later sessions that begin as an administrator's",
    sql: "alter role app_user in database hosterizer set app.current_user_role = 'administrator'",
    gets: refused,
  },
  {
    aim: "the limits of its later sessions, lifted",
    sql: "alter role app_user in database hosterizer reset all",
    gets: ownSettings,
  },
  {
    aim: "a limit of one millisecond for its later statements",
    sql: "alter role app_user set statement_timeout = 1",
    gets: ownSettings,
  },
  {
    aim: "a setting of its own that only superusers may change",
    sql: "alter role app_user set session_replication_role = replica",
    gets: refused,
  },
  { aim: "no more logins of its own", sql: "alter role app_user nologin", gets: refused },
  {
    aim: "no more sessions of its own",
    sql: "alter role app_user connection limit 0",
    gets: refused,
  },
  {
    aim: "an end of its own password",
    sql: "alter role app_user valid until '2001-01-01'",
    gets: refused,
  },
  {
    aim: "settings of another role",
    sql: "alter role app_backup set search_path = evil",
    gets: refused,
  },
  {
    aim: "settings of every role",
    sql: "alter role all set app.current_user_role = 'administrator'",
    gets: refused,
  },
  { aim: "membership of the owner", sql: "grant hosterizer_owner to app_user", gets: refused },
  {
    aim: "membership of a role that reads files",
    sql: "grant pg_read_server_files to app_user",
    gets: refused,
  },
  { aim: "a role of its own", sql: "create role evil superuser", gets: refused },
  {
    aim: "a user mapping",
    sql: "create server evil foreign data wrapper postgres_fdw",
    gets: { refusal: "42704" },
  },
];
