import type { Attack } from "../attack";

const refused = { refusal: "42501" } as const;
const ownSettings = {
  open: "PostgreSQL lets a role change its own session defaults: drift names them, and up resets them",
} as const;
/** A division by zero where the customer no longer sees its own rows. */
const ownRows = "select 1 / count(*) from public.sites";

/** What a role may do about itself, which harms everyone who shares it. */
export const ownRole: readonly Attack[] = [
  {
    aim: "its own role removed from every policy",
    sql: `drop owned by current_user; ${ownRows}`,
    // It has columns of users alone, and PostgreSQL refuses to revoke what it does not have of a whole table.
    gets: refused,
  },
  {
    aim: "its own role removed from every policy, with CASCADE",
    sql: `drop owned by current_user, session_user cascade; ${ownRows}`,
    // It has columns of users alone, and PostgreSQL refuses to revoke what it does not have of a whole table.
    gets: refused,
  },
  {
    aim: "the backup's role removed from its policies",
    sql: "drop owned by app_backup",
    gets: refused,
  },
  { aim: "everything that the owner has", sql: "drop owned by hosterizer_owner", gets: refused },
  {
    aim: "everything that a predefined role has",
    sql: "drop owned by pg_read_all_data",
    gets: refused,
  },
  {
    aim: "what it owns, given to another role",
    sql: "reassign owned by current_user to app_readonly",
    gets: refused,
  },
  {
    aim: "what the owner has, given to its own role",
    sql: "reassign owned by hosterizer_owner to current_user",
    gets: refused,
  },
  {
    aim: "default privileges of the owner",
    sql: "alter default privileges for role hosterizer_owner grant all on tables to app_user",
    gets: refused,
  },
  {
    aim: "default privileges of its own, for everyone",
    sql: `alter default privileges grant all on tables to public; ${ownRows}`,
    gets: "own",
  },
  {
    aim: "its own privileges, revoked",
    sql: `revoke all on public.sites from current_user cascade; revoke connect on database hosterizer from current_user; ${ownRows}`,
    gets: "own",
  },
  { aim: "its own role, given to another", sql: "grant app_user to app_readonly", gets: refused },
  { aim: "its own role without a login", sql: "alter role current_user nologin", gets: refused },
  {
    aim: "its own role without connections",
    sql: "alter role current_user connection limit 0",
    gets: refused,
  },
  {
    aim: "its own role expired",
    sql: "alter role current_user valid until '2000-01-01'",
    gets: refused,
  },
  { aim: "its own role dropped", sql: "drop role app_user", gets: refused },
  {
    aim: "its own role under another name",
    sql: "alter role app_user rename to evil",
    gets: { refusal: "0A000" },
  },
  {
    aim: "a comment on its own role",
    sql: "comment on role app_user is 'x'",
    gets: refused,
  },
  {
    aim: "no password for its own role, to lock the application out",
    sql: "alter role current_user password null",
    gets: {
      open: "PostgreSQL lets a role change its own password: drift names it, and up restores it",
    },
  },
  {
    aim: "its own sessions that begin as an administrator's",
    sql: "alter role current_user in database hosterizer set app.current_user_role = 'administrator'",
    gets: refused,
  },
  {
    aim: "its own sessions that begin read-only",
    sql: "alter role current_user set default_transaction_read_only = on",
    gets: ownSettings,
  },
  {
    aim: "its own sessions without their declared settings",
    sql: "alter role current_user reset all",
    gets: ownSettings,
  },
];
