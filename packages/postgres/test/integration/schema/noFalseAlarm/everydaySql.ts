import { customersOf, type ModelTable, pickOf } from "./model";

/** What users and operators may do without a migration, by the name that a failing sequence shows. */
export const everydaySql = {
  insert: ({ rows, tenant }, _pick, tables) => {
    if (rows === undefined)
      return "insert into public.events_2020 values (1, '2020-05-05') on conflict do nothing";
    const into = `insert into public.${rows.into}`;
    if (rows.of === "defaults") return `${into} default values on conflict do nothing`;
    const { table, id } = customersOf({ tables });
    return `${into} (${tenant ?? ""}) select ${id} from public.${table}`;
  },
  "update by a tenant": ({ name, tenant }) =>
    `set role stage_app; set app.current_user_role = 'customer'; set app.current_customer_id = '1';
     ${tenant === undefined ? "" : `update public.${name} set ${tenant} = ${tenant};`} select 1`,
  update: ({ name, columns }, pick) => {
    const column = pickOf(columns, pick);
    return column === undefined ? "select 1" : `update public.${name} set ${column} = default`;
  },
  delete: ({ name }) => `delete from public.${name}`,
  truncate: ({ name }) => `truncate public.${name} restart identity cascade`,
  "call of a sequence": () => "select pg_catalog.nextval('public.downwards')",
  analyze: ({ name }) => `analyze public.${name}`,
  vacuum: ({ name }) => `vacuum (analyze) public.${name}`,
  "vacuum full": ({ name }) => `vacuum (full) public.${name}`,
  "vacuum of all": () => "vacuum",
  reindex: ({ name }) => `reindex table public.${name}`,
  "concurrent reindex": ({ name }) => `reindex table concurrently public.${name}`,
  "reindex of the system": () => "reindex schema pg_catalog",
  refresh: () => "refresh materialized view public.counted",
  "function of an extension": () =>
    "select public.crypt('a', public.gen_salt('bf', 4)), public.gen_random_bytes(9), 'A'::public.citext = 'a'",
  "temporary table": ({ name }) => `create temporary table mine as select * from public.${name}`,
  "lock of a table": ({ name }) => `begin; lock table public.${name}; rollback`,
  "change undone": ({ name }) => `begin; alter table public.${name} add gone integer; rollback`,
  "large object": () => "select pg_catalog.lo_from_bytea(0, 'x')",
  checkpoint: () => "checkpoint",
  "statistics reset": () => "select pg_catalog.pg_stat_reset()",
  "session settings": () =>
    "set search_path = pg_temp, public; set datestyle = 'SQL, DMY'; select 1",
} satisfies Record<string, (table: ModelTable, pick: number, tables: ModelTable[]) => string>;

export type EverydayName = keyof typeof everydaySql;
