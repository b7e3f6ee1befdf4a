-- Declared privileges that a relation of the owner lacks, where the official plugin does not look: it compares ordinary
-- tables and sequences alone, while GRANT ON ALL TABLES means views and partitioned tables too.
--
-- $1 owner, $2 declared grants as jsonb.
with declared as (
  select distinct r.oid as grantee, r.rolname, g.schema, p.privilege
    from pg_catalog.jsonb_to_recordset($2::jsonb) as g (role text, "on" text, schema text, privileges jsonb)
    join pg_catalog.pg_roles as r on r.rolname = g.role
   cross join lateral pg_catalog.jsonb_array_elements_text(g.privileges) as p (privilege)
   where g."on" = 'tables'
)
select case c.relkind
         when 'v' then 'view'
         when 'm' then 'materialized view'
         when 'f' then 'foreign table'
         else 'table'
       end || ' ' || pg_catalog.format('%I.%I', n.nspname, c.relname) as object,
       pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
       pg_catalog.quote_ident(d.rolname) as grantee,
       pg_catalog.array_agg(d.privilege order by d.privilege) as privileges,
       pg_catalog.pg_has_role(current_user, c.relowner, 'usage') as grantable
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  join declared as d on d.schema = n.nspname
 where c.relkind in ('p', 'v', 'm', 'f')
   and pg_catalog.pg_get_userbyid(c.relowner) = $1
   and d.grantee <> c.relowner
   and not exists (
     select
       from pg_catalog.aclexplode(c.relacl) as e
      where e.grantee = d.grantee and e.privilege_type = d.privilege
   )
   and not exists (
     select
       from pg_catalog.pg_depend as x
      where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        and x.objid = c.oid
        and x.deptype = 'e'
   )
 group by c.oid, c.relkind, c.relowner, c.relname, n.nspname, d.rolname
 order by 1, 3
