import type { Attack } from "../attack";

const refused = { refusal: "42501" } as const;

/** Bypassing a signed context; if contexts are not signed, there is nothing to bypass. */
export const signatures: readonly Attack[] = [
  {
    aim: "the keys that contexts are signed with",
    sql: "select * from tenancy.signing_keys",
    gets: refused,
  },
  {
    aim: "a key of its own",
    sql: "insert into tenancy.signing_keys values ('mine', '', '')",
    gets: refused,
  },
  {
    aim: "the keys by way of the catalog's samples",
    sql: "select * from pg_stats where tablename = 'signing_keys'",
    gets: "own",
  },
  {
    aim: "the keys in the functions' text",
    sql: "select prosrc from pg_proc where pronamespace = (select oid from pg_namespace where nspname = 'tenancy') and prosrc ~ '[0-9a-f]{64}'",
    gets: "own",
  },
  {
    aim: "a token with a made-up signature",
    sql: "select set_config('app.context', 'administrator..9999999999.1.' || repeat('0', 64), true); select * from public.sites",
    gets: "own",
  },
  {
    aim: "its own token with another customer in it",
    sql: "select length(set_config('app.context', replace(current_setting('app.context', true), 'customer.1.', 'customer.424242.'), true)); select * from public.sites",
    gets: "own",
  },
  {
    aim: "its own token with the administrator in it",
    sql: "select set_config('app.context', replace(current_setting('app.context', true), 'customer.1.', 'administrator..'), true); select * from public.sites",
    gets: "own",
  },
  {
    aim: "its own token without an end",
    sql: "select set_config('app.context', regexp_replace(current_setting('app.context', true), '\\.\\d{10}\\.', '.9999999999.'), true); select * from public.sites",
    gets: "own",
  },
  {
    aim: "a token in the application's other sessions",
    sql: "select substring(query from '(?:customer|administrator)\\.\\d*\\.\\d+\\.\\d+\\.[0-9a-f]{64}') as token from pg_stat_activity where pid <> pg_backend_pid()",
    gets: "own",
  },
  {
    aim: "a replacement for the verification's comparison",
    sql: "create function pg_temp.sha256(bytea) returns bytea language sql as 'select ''x''::bytea'; set search_path = pg_temp, pg_catalog; select * from public.sites",
    gets: refused,
  },
  {
    aim: "the owner's policy, which trusts the variable",
    sql: "set local app.current_user_role = 'administrator'; set local role hosterizer_owner; select * from public.sites",
    gets: refused,
  },
];
