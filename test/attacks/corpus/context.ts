import type { Attack } from "../attack";

const anotherTenant = {
  open: "a session may name any customer: bind parameters, so that no one can inject SQL into a statement",
  shows: true,
  signed: "own",
} as const;
const administrator = {
  open: "a session may say that it is an administrator: give administrators a role of their own",
  shows: true,
  signed: "own",
  inRoleMode: "own",
} as const;

/** Claiming another identity. */
export const context: readonly Attack[] = [
  {
    aim: "another customer's id by SET LOCAL",
    sql: "set local app.current_customer_id = '424242'; select * from public.sites",
    gets: anotherTenant,
  },
  {
    aim: "another customer's id by set_config, within the statement",
    sql: "select sites.* from (select length(set_config('app.current_customer_id', '424242', true)) offset 0) as forged, lateral (select * from public.sites offset 0) as sites",
    gets: anotherTenant,
  },
  {
    aim: "another customer's id by set_config, before the statement",
    sql: "select length(set_config('app.current_customer_id', '424242', true)); select * from public.cost_records",
    gets: anotherTenant,
  },
  {
    aim: "the administrator's role by SET LOCAL",
    sql: "set local app.current_user_role = 'administrator'; select * from public.customers",
    gets: administrator,
  },
  {
    aim: "the administrator's role for the whole session",
    sql: "set app.current_user_role = 'administrator'; select * from public.deployments",
    gets: administrator,
  },
  {
    aim: "an administrator in capitals",
    sql: "set local app.current_user_role = 'ADMINISTRATOR'; select * from public.sites",
    gets: "own",
  },
  {
    aim: "no context at all",
    sql: "reset app.current_customer_id; reset app.current_user_role; select * from public.sites",
    gets: "own",
  },
  {
    aim: "an empty context",
    sql: "set local app.current_customer_id = ''; select * from public.sites",
    gets: "own",
  },
  {
    aim: "an id that is a condition",
    sql: "set local app.current_customer_id = '1 or true'; select * from public.sites",
    gets: "own",
  },
  {
    aim: "an id that is two",
    sql: "set local app.current_customer_id = '1,424242'; select * from public.sites",
    gets: "own",
  },
  {
    aim: "row-level security switched off",
    sql: "set local row_security = off; select * from public.sites",
    gets: { refusal: "42501" },
  },
];
