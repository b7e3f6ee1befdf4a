import type { Attack } from "../attack";

const refused = { refusal: "42501" } as const;

/** The server's files, programs, other databases and other sessions. */
export const outside: readonly Attack[] = [
  { aim: "a program on the server", sql: "copy (select 1) to program 'id'", gets: refused },
  {
    aim: "a program's output",
    sql: "create temporary table t (l text); copy t from program 'id'",
    gets: refused,
  },
  { aim: "a file written", sql: "copy (select 1) to '/tmp/evil'", gets: refused },
  { aim: "a file read by COPY", sql: "copy public.sites from '/etc/passwd'", gets: refused },
  { aim: "a file read by a function", sql: "select pg_read_file('/etc/passwd')", gets: refused },
  { aim: "a folder listed", sql: "select pg_ls_dir('.')", gets: refused },
  { aim: "the log's folder listed", sql: "select * from pg_ls_logdir()", gets: refused },
  { aim: "the rules of who may log in", sql: "select * from pg_hba_file_rules", gets: refused },
  { aim: "the server's configuration files", sql: "select * from pg_file_settings", gets: refused },
  { aim: "the path of the server's files", sql: "show data_directory", gets: refused },
  { aim: "the configuration reloaded", sql: "select pg_reload_conf()", gets: refused },
  { aim: "a file read as a large object", sql: "select lo_import('/etc/passwd')", gets: refused },
  {
    aim: "a large object written to a file",
    sql: "select lo_export(1, '/tmp/evil')",
    gets: refused,
  },
  {
    aim: "another server, by dblink",
    sql: "select * from dblink('dbname=hosterizer', 'select 1') as t (a integer)",
    gets: { refusal: "42883" },
  },
  { aim: "a database of its own", sql: "create database evil", transaction: false, gets: refused },
  {
    aim: "statements of the application's other sessions",
    sql: "select query from pg_stat_activity where pid <> pg_backend_pid()",
    gets: {
      open: "PostgreSQL shows a role its own sessions: with bound parameters their text has no values",
      shows: true,
    },
  },
  {
    aim: "everybody's statements",
    sql: "select query from monitoring.pg_stat_statements",
    gets: refused,
  },
  {
    aim: "the sessions of the owner ended",
    sql: "select pg_terminate_backend(pid) from pg_stat_activity where usename is distinct from 'app_user'",
    gets: refused,
  },
  { aim: "verifiers of passwords", sql: "select rolpassword from pg_authid", gets: refused },
  {
    aim: "verifiers of passwords, by another view",
    sql: "select passwd from pg_shadow",
    gets: refused,
  },
  {
    aim: "verifiers of passwords, from the pooler's function",
    sql: "select * from pooler.user_lookup('app_backup')",
    gets: refused,
  },
  {
    aim: "the migrations' ledger",
    sql: "select * from hosterizer.schema_migrations",
    gets: refused,
  },
  {
    aim: "a replication slot",
    sql: "select pg_create_physical_replication_slot('evil')",
    gets: refused,
  },
  { aim: "a backup of the server", sql: "select pg_backup_start('evil')", gets: refused },
  { aim: "WAL switched", sql: "select pg_switch_wal()", gets: refused },
  { aim: "a module loaded", sql: "load '/tmp/evil.so'", gets: refused },
  {
    aim: "a library for every new session",
    sql: "set local session_preload_libraries = 'evil'",
    gets: refused,
  },
];
