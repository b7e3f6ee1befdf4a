-- Relations through which rows can be read past the policies of tenant tables, or past the grants on a table that has its own.
--
-- closed: No grant opens these to a role that row-level security binds. They are partitions of any table and children of a
-- guarded table, foreign tables included, unless declared as tenant tables themselves: a role reads them through the
-- parent and needs no privilege on them. And materialized views over tenant tables, which hold every tenant's rows and have
-- no policies.
--
-- named: Only a grant that names them opens these to such a role: views and materialized views that show what their owner sees of
-- tables with grants of their own.
--
-- unsafe: Views and materialized views over tenant tables without security_invoker: they show what their owner sees.
-- Members of an extension are left out only if a superuser owns them, because an extension's script created those: an
-- ordinary owner can add views to an extension with ALTER EXTENSION … ADD.
--
-- $1 declared roles, $2 the stack's schemas, $3 guarded tables as jsonb: each a tenant table, or one with grants of its own.
with recursive declared as (
  select c.oid, t.tenant
    from pg_catalog.jsonb_to_recordset($3::jsonb) as t (schema text, "table" text, tenant boolean)
    join pg_catalog.pg_namespace as n on n.nspname = t.schema
    join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = t."table"
),
guarded as (
  select oid, tenant from declared
  union
  select i.inhrelid, g.tenant
    from guarded as g
    join pg_catalog.pg_inherits as i on i.inhparent = g.oid
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
  select u.viewer, u.used as shown, g.tenant
    from uses as u
    join guarded as g on g.oid = u.used
  union
  select u.viewer, v.shown, v.tenant
    from viewers as v
    join uses as u on u.used = v.viewer
),
views as (
  select c.oid,
         c.oid in (select viewer from viewers where tenant) as shows_tenants,
         exists (
           select
             from pg_catalog.pg_options_to_table(c.reloptions) as o
            where case when o.option_name = 'security_invoker' then o.option_value::boolean end
         ) as invokes
    from pg_catalog.pg_class as c
   where c.oid in (select viewer from viewers)
)
select c.oid::text as oid,
       case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind,
       pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
       pg_catalog.pg_get_userbyid(c.relowner) as owner,
       n.nspname = any ($2::text[]) or pg_catalog.pg_get_userbyid(c.relowner) = any ($1::text[]) as ours,
       pg_catalog.pg_has_role(current_user, c.relowner, 'usage') as alterable,
       (
         select pg_catalog.array_agg(v.shown::pg_catalog.regclass::text order by v.shown::pg_catalog.regclass::text)
           from (select distinct shown from viewers where viewer = c.oid and tenant) as v
       ) as tables,
       case c.relkind when 'v' then false when 'm' then v.shows_tenants else true end as closed,
       coalesce(not v.shows_tenants and not v.invokes, false) as named,
       c.oid in (select oid from declared) as declared,
       coalesce(v.shows_tenants and not v.invokes, false)
         and c.relpersistence <> 't'
         and not exists (
           select
             from pg_catalog.pg_depend as d
            where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
              and d.objid = c.oid
              and d.deptype = 'e'
              and exists (
                select from pg_catalog.pg_roles as s where s.oid = c.relowner and s.rolsuper
              )
         ) as unsafe
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join views as v on v.oid = c.oid
 where v.oid is not null
    or (
         c.relkind in ('r', 'p', 'f')
         and (
           c.relispartition
           or c.oid in (
             select i.inhrelid
               from guarded as g
               join pg_catalog.pg_inherits as i on i.inhparent = g.oid
           )
         )
         and c.oid not in (select oid from declared where tenant)
       )
 order by name
