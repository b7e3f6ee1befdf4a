-- Declared privileges that are missing in the live database, for each object, whatever Pulumi's state says.
--
-- Of a schema's relations these are the owner's, including views and partitioned tables, as in GRANT ON ALL TABLES, but
-- not members of extensions.
--
-- $1 owner, $2 declared grants as jsonb, $3 relations that grants to bound roles do not open.
with declared as materialized (
  select distinct
         r.oid as grantee,
         case when g.role = 'public' then 'PUBLIC' else pg_catalog.quote_ident(g.role) end as grantee_name,
         g."on", coalesce(g.schema, '') as schema, coalesce(g.bound, false) as bound, p.privilege
    from pg_catalog.jsonb_to_recordset($2::jsonb) as g (role text, "on" text, schema text, bound boolean, privileges jsonb)
    join (
           select oid, rolname from pg_catalog.pg_roles
           union all
           select 0, 'public'
         ) as r on r.rolname = g.role
   cross join lateral pg_catalog.jsonb_array_elements_text(g.privileges) as p (privilege)
),
-- kind: what people call it; keyword: what GRANT calls it.
objects as (
  select 'database' as "on", '' as schema, null::oid as relation, 'database' as kind,
         'database' as keyword, pg_catalog.quote_ident(d.datname) as name,
         d.datdba as owner, coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba)) as list
    from pg_catalog.pg_database as d
   where d.datname = pg_catalog.current_database()
  union all
  select 'schema', n.nspname, null, 'schema',
         'schema', pg_catalog.quote_ident(n.nspname),
         n.nspowner, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
    from pg_catalog.pg_namespace as n
  union all
  select case c.relkind when 'S' then 'sequences' else 'tables' end, n.nspname, c.oid,
         case c.relkind
           when 'S' then 'sequence'
           when 'v' then 'view'
           when 'm' then 'materialized view'
           when 'f' then 'foreign table'
           else 'table'
         end,
         case c.relkind when 'S' then 'sequence' else 'table' end,
         pg_catalog.format('%I.%I', n.nspname, c.relname),
         c.relowner,
         coalesce(c.relacl, pg_catalog.acldefault((case c.relkind when 'S' then 's' else 'r' end)::"char", c.relowner))
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
     and c.relpersistence <> 't'
     and pg_catalog.pg_get_userbyid(c.relowner) = $1
     and not exists (
       select
         from pg_catalog.pg_depend as x
        where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
          and x.objid = c.oid
          and x.deptype = 'e'
     )
),
missing as (
  select false as later, o.kind || ' ' || o.name as object, 'grant' as command, o.keyword || ' ' || o.name as target,
         d.grantee_name, d.privilege, o.owner
    from objects as o
    join declared as d on d."on" = o."on" and d.schema = o.schema
   where d.grantee <> o.owner
     and not (d.bound and o.relation is not null and o.relation = any ($3::oid[]))
     and not exists (
       select
         from pg_catalog.aclexplode(o.list) as e
        where e.grantee = d.grantee and e.privilege_type = d.privilege
     )
  union all
  select true,
         pg_catalog.format('default privileges of %I on %s in schema %I', w.rolname, d."on", n.nspname),
         pg_catalog.format('alter default privileges for role %I in schema %I grant', w.rolname, n.nspname),
         d."on", d.grantee_name, d.privilege, w.oid
    from declared as d
    join pg_catalog.pg_namespace as n on n.nspname = d.schema
    join pg_catalog.pg_roles as w on w.rolname = $1
   where d."on" in ('tables', 'sequences')
     and not d.bound
     and d.grantee <> w.oid
     and not exists (
       select
         from pg_catalog.pg_default_acl as l
        cross join lateral pg_catalog.aclexplode(l.defaclacl) as e
        where l.defaclrole = w.oid
          and l.defaclnamespace = n.oid
          and l.defaclobjtype = case d."on" when 'tables' then 'r' else 'S' end
          and e.grantee = d.grantee
          and e.privilege_type = d.privilege
     )
)
select later,
       object,
       command,
       target,
       grantee_name as grantee,
       pg_catalog.array_agg(privilege order by privilege) as privileges,
       pg_catalog.pg_has_role(current_user, owner, 'usage') as grantable
  from missing
 group by later, object, command, target, grantee_name, owner
 order by later, object, grantee
