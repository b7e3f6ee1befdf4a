-- Views and materialized views over tenant tables, their partitions and other views of them, that do not ask as whoever
-- looks: they show what their owner sees.
--
-- What the owner has added to an extension of its own (ALTER EXTENSION … ADD) is not the extension's: members that a script
-- made are a superuser's.
--
-- $1 our roles, $2 our schemas, $3 tenant tables as jsonb.
with recursive tenant_tables as (
  select c.oid
    from pg_catalog.jsonb_to_recordset($3::jsonb) as t (schema text, "table" text)
    join pg_catalog.pg_namespace as n on n.nspname = t.schema
    join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = t."table"
  union
  select i.inhrelid
    from tenant_tables as t
    join pg_catalog.pg_inherits as i on i.inhparent = t.oid
),
uses as materialized (
  select distinct r.ev_class as viewer, d.refobjid as used
    from pg_catalog.pg_depend as d
    join pg_catalog.pg_rewrite as r on r.oid = d.objid
    join pg_catalog.pg_class as c on c.oid = r.ev_class and c.relkind in ('v', 'm')
   where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
     and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and d.refobjid <> r.ev_class
),
viewers as (
  select u.viewer, u.used as tenant_table
    from uses as u
    join tenant_tables as t on t.oid = u.used
  union
  select u.viewer, v.tenant_table
    from viewers as v
    join uses as u on u.used = v.viewer
)
select case c.relkind when 'm' then 'materialized view' else 'view' end as kind,
       pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
       pg_catalog.pg_get_userbyid(c.relowner) as owner,
       n.nspname = any ($2::text[]) or pg_catalog.pg_get_userbyid(c.relowner) = any ($1::text[]) as ours,
       pg_catalog.pg_has_role(current_user, c.relowner, 'usage') as alterable,
       (
         select pg_catalog.array_agg(v.tenant_table::pg_catalog.regclass::text order by v.tenant_table::pg_catalog.regclass::text)
           from viewers as v
          where v.viewer = c.oid
       ) as tables
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where c.oid in (select viewer from viewers)
   and c.relpersistence <> 't'
   and not exists (
     select
       from pg_catalog.pg_options_to_table(c.reloptions) as o
      where o.option_name = 'security_invoker'
        and o.option_value::boolean
   )
   and not exists (
     select
       from pg_catalog.pg_depend as d
      where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        and d.objid = c.oid
        and d.deptype = 'e'
        and exists (
          select from pg_catalog.pg_roles as s where s.oid = c.relowner and s.rolsuper
        )
   )
 order by name
