import type { Attack } from "../attack";

/** A division by zero where a setting is not the default. */
const isDefault = (name: string, value: string) =>
  `select 1 / (current_setting('${name}') = '${value}')::integer`;

/**
 * What one customer's statements leave in a pooled session: `sql` runs for the other customer, `then` for customer 1, after the client
 * has handed the session over.
 */
export const handovers: readonly Attack[] = [
  {
    aim: "the previous customer's rows in a cursor WITH HOLD",
    sql: "declare kept cursor with hold for select * from public.sites",
    then: "fetch all from kept",
    gets: { refusal: "34000" },
  },
  {
    aim: "the previous customer's values in a prepared statement",
    sql: "prepare kept as select 'umbra'",
    then: "execute kept",
    gets: { refusal: "26000" },
  },
  {
    aim: "the previous customer's values in the list of prepared statements",
    sql: "prepare kept as select 'umbra'",
    then: "select statement from pg_prepared_statements where name = 'kept'",
    gets: "own",
  },
  {
    aim: "the previous customer's rows in a temporary table",
    sql: "create temporary table kept as select * from public.sites",
    then: "select * from kept",
    gets: { refusal: "42501" },
  },
  {
    aim: "the previous customer's context, kept for the session",
    sql: "set session app.current_customer_id = '424242'; set session app.current_user_role = 'customer'",
    then: "reset app.current_customer_id; reset app.current_user_role; select * from public.sites",
    gets: "own",
  },
  {
    aim: "the previous customer's context, kept by set_config",
    sql: "select set_config('app.current_customer_id', '424242', false)",
    then: "select * from public.sites",
    gets: "own",
  },
  {
    aim: "an administrator's context, left by the previous customer",
    sql: "set session app.current_user_role = 'administrator'",
    then: "reset app.current_user_role; select * from public.sites",
    gets: "own",
  },
  {
    aim: "the previous customer's signed token",
    sql: "select length(set_config('app.context', current_setting('app.context', true), false))",
    then: "reset app.context; reset app.current_customer_id; select * from public.sites",
    gets: "own",
  },
  {
    aim: "a note of the previous customer's in a setting",
    sql: "set session app.note = 'umbra'",
    then: "select current_setting('app.note', true)",
    gets: "own",
  },
  {
    aim: "names that resolve to the previous customer's schema",
    sql: "set session search_path = umbra, pg_temp",
    then: "select current_setting('search_path')",
    gets: "own",
  },
  {
    aim: "an advisory lock that names the previous customer",
    sql: "select pg_advisory_lock(424242)",
    then: "select objid from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()",
    gets: { refusal: "42501" },
  },
  {
    aim: "a channel that the previous customer listens to",
    sql: "listen umbra",
    then: "select pg_listening_channels()",
    gets: "own",
  },
  {
    aim: "row-level security switched off for the next customer, whose queries then fail",
    sql: "set session row_security = off",
    then: "select * from public.sites",
    gets: "own",
  },
  {
    aim: "a session that is read-only for the next customer",
    sql: "set session default_transaction_read_only = on",
    then: "update public.sites set name = name",
    gets: "own",
  },
  {
    aim: "a session whose statements end at once for the next customer",
    sql: "set session statement_timeout = 1",
    then: "select pg_sleep(0.05)",
    gets: "own",
  },
  {
    aim: "another isolation level for the next customer",
    sql: "set session characteristics as transaction isolation level serializable",
    then: isDefault("default_transaction_isolation", "read committed"),
    gets: "own",
  },
  {
    aim: "another encoding for the next customer, in which a quotation mark is part of a letter",
    sql: "set session client_encoding = 'SJIS'",
    then: isDefault("client_encoding", "UTF8"),
    gets: "own",
  },
  {
    aim: "strings that end elsewhere for the next customer",
    sql: "set session standard_conforming_strings = off",
    then: isDefault("standard_conforming_strings", "on"),
    gets: "own",
  },
];
