-- Declared privileges that are missing in the live database, for each object, whatever Pulumi's state says.
--
-- Of a schema's relations these are the owner's, including views and partitioned tables, as in GRANT ON ALL TABLES, but
-- not members of extensions.
--
-- A grant that names a table replaces the role's grant on all tables of the schema.
--
-- $1 owner, $2 declared grants as jsonb, $3 relations that no grant opens to bound roles, $4 relations that only a grant that
-- names them opens to bound roles.
with lines as materialized (
  select r.oid as grantee,
         case when g.role = 'public' then 'PUBLIC' else pg_catalog.quote_ident(g.role) end as grantee_name,
         g."on", coalesce(g.schema, '') as schema, g."table" as table_name, coalesce(g.bound, false) as bound,
         g.privileges, g.columns
    from pg_catalog.jsonb_to_recordset($2::jsonb)
         as g (role text, "on" text, schema text, "table" text, bound boolean, privileges jsonb, columns jsonb)
    join (
           select oid, rolname from pg_catalog.pg_roles
           union all
           select 0, 'public'
         ) as r on r.rolname = g.role
),
declared as materialized (
  select l.grantee, l.grantee_name, l."on", l.schema, l.table_name, null as column_name, l.bound, p.privilege
    from lines as l
   cross join lateral pg_catalog.jsonb_array_elements_text(l.privileges) as p (privilege)
   union
  select l.grantee, l.grantee_name, l."on", l.schema, l.table_name, p."column", l.bound, p.privilege
    from lines as l
   cross join lateral pg_catalog.jsonb_to_recordset(l.columns) as p (privilege text, "column" text)
),
-- kind: what people call it; keyword: what GRANT calls it.
objects as (
  select 'database' as "on", '' as schema, null::oid as relation, null::name as relation_name, 'database' as kind,
         'database' as keyword, pg_catalog.quote_ident(d.datname) as name,
         d.datdba as owner, coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba)) as list
    from pg_catalog.pg_database as d
   where d.datname = pg_catalog.current_database()
  union all
  select 'schema', n.nspname, null, null, 'schema',
         'schema', pg_catalog.quote_ident(n.nspname),
         n.nspowner, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
    from pg_catalog.pg_namespace as n
  union all
  select case c.relkind when 'S' then 'sequences' else 'tables' end, n.nspname, c.oid, c.relname,
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
         d.grantee_name, d.privilege, a.attnum, a.attname, o.owner
    from objects as o
    join declared as d on d."on" = o."on" and d.schema = o.schema
    left join pg_catalog.pg_attribute as a
      on a.attrelid = o.relation and a.attname = d.column_name and a.attnum > 0 and not a.attisdropped
   where d.grantee <> o.owner
     and case
           when d.table_name is not null then d.table_name = o.relation_name
           else not exists (
             select
               from lines as l
              where l.grantee = d.grantee and l.schema = o.schema and l.table_name = o.relation_name
           )
         end
     and not (
       d.bound
       and o.relation is not null
       and (o.relation = any ($3::oid[]) or (d.table_name is null and o.relation = any ($4::oid[])))
     )
     and (d.column_name is null or a.attnum is not null)
     and not exists (
       select
         from pg_catalog.aclexplode(case when a.attnum is null then o.list else a.attacl end) as e
        where e.grantee = d.grantee and e.privilege_type = d.privilege
     )
  union all
  select true,
         pg_catalog.format('default privileges of %I on %s in schema %I', w.rolname, d."on", n.nspname),
         pg_catalog.format('alter default privileges for role %I in schema %I grant', w.rolname, n.nspname),
         d."on", d.grantee_name, d.privilege, null, null, w.oid
    from declared as d
    join pg_catalog.pg_namespace as n on n.nspname = d.schema
    join pg_catalog.pg_roles as w on w.rolname = $1
   where d."on" in ('tables', 'sequences')
     and d.table_name is null
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
),
listed as (
  select later, object, command, target, grantee_name, owner,
         privilege || coalesce(' (' || pg_catalog.string_agg(pg_catalog.quote_ident(attname), ', ' order by attnum) || ')', '') as privilege
    from missing
   group by later, object, command, target, grantee_name, owner, privilege, attname is null
)
select later,
       object,
       command,
       target,
       grantee_name as grantee,
       pg_catalog.array_agg(privilege order by privilege) as privileges,
       pg_catalog.pg_has_role(current_user, owner, 'usage') as grantable
  from listed
 group by later, object, command, target, grantee_name, owner
 order by later, object, grantee
