import type { Attack } from "../attack";

const refused = { refusal: "42501" } as const;

/** What belongs to everyone: the users and the rules of the platform, which no tenant owns and no policy protects. */
export const shared: readonly Attack[] = [
  {
    aim: "an administrator's role for its own user",
    sql: "update public.users set role = 'administrator' where id = 1",
    gets: refused,
  },
  {
    aim: "an administrator's role for everybody",
    sql: "update public.users set role = 'administrator'",
    gets: refused,
  },
  {
    aim: "an administrator's role beside a change that is allowed",
    sql: "update public.users set full_name = 'Own', role = 'administrator' where id = 1",
    gets: refused,
  },
  {
    aim: "an administrator's role by MERGE",
    sql: "merge into public.users as u using (select 1 as id) as n on u.id = n.id when matched then update set role = 'administrator'",
    gets: refused,
  },
  {
    aim: "an administrator's role by ON CONFLICT",
    sql: "insert into public.users (email, full_name, password_hash) values ('own@example.com', 'Own', 'x') on conflict (lower(email)) do update set role = 'administrator'",
    gets: refused,
  },
  {
    aim: "a new administrator",
    sql: "insert into public.users (email, full_name, password_hash, role) values ('new@example.com', 'New', 'x', 'administrator')",
    gets: refused,
  },
  {
    aim: "a new administrator by COPY",
    sql: "copy public.users (email, full_name, password_hash, role) from stdin",
    gets: refused,
  },
  {
    aim: "another user's password, replaced",
    sql: "update public.users set password_hash = 'known' where id = 2",
    gets: refused,
  },
  {
    aim: "another user's second factor, switched off",
    sql: "update public.users set mfa_enabled = false, mfa_secret = null where id = 2",
    gets: refused,
  },
  {
    aim: "another user's address, to which a new password is sent",
    sql: "update public.users set email = 'evil@example.com' where id = 2",
    gets: refused,
  },
  {
    aim: "another user's password, copied over",
    sql: "update public.users as u set password_hash = own.password_hash from public.users as own where own.id = 1",
    gets: refused,
  },
  {
    aim: "a user's key",
    sql: "update public.users set id = default",
    gets: refused,
  },
  { aim: "all users, deleted", sql: "delete from public.users", gets: refused },
  { aim: "all users, truncated", sql: "truncate public.users cascade", gets: refused },
  {
    aim: "an administrator's role, in a block of code",
    sql: "do $$ begin execute 'update public.users set role = ''administrator'' '; end $$",
    gets: refused,
  },
  {
    aim: "the rules of the platform, switched off",
    sql: "update public.policies set enabled = false",
    gets: refused,
  },
  {
    aim: "the rules of the platform, emptied",
    sql: "update public.policies set rules = '{}'",
    gets: refused,
  },
  {
    aim: "a rule of its own",
    sql: "insert into public.policies (name, kind, rules) values ('mine', 'cost', '{}')",
    gets: refused,
  },
  { aim: "the rules of the platform, deleted", sql: "delete from public.policies", gets: refused },
  {
    aim: "the rules of the platform, locked",
    sql: "select from public.policies for update",
    gets: refused,
  },
  {
    aim: "the rules of the platform by MERGE",
    sql: "merge into public.policies as p using (select 'mine' as name) as n on p.name = n.name when not matched then insert (name, kind, rules) values (n.name, 'cost', '{}')",
    gets: refused,
  },
];
