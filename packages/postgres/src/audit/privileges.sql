-- Every privilege in the database that is neither declared nor a default of PostgreSQL, one row each.
--
-- The baseline of an access list is what initdb or an extension's script set (pg_init_privs), otherwise the built-in
-- default. https://www.postgresql.org/docs/15/ddl-priv.html
--
-- A grant that names a table replaces the role's grant on all tables of the schema.
--
-- $1 declared roles, $2 the stack's schemas, $3 declared grants as jsonb, $4 functions that other resources manage, $5 role
-- whose privileges on table $6 another resource manages, $7 relations that no grant opens to bound roles, $8 relations that
-- only a grant that names them opens to bound roles.
with lines as materialized (
  select case when g.role = 'public' then 0 else r.oid end as grantee, g."on", coalesce(g.schema, '') as schema,
         g."table" as table_name, coalesce(g.bound, false) as bound, g.privileges, g.columns
    from pg_catalog.jsonb_to_recordset($3::jsonb)
         as g (role text, "on" text, schema text, "table" text, bound boolean, privileges jsonb, columns jsonb)
    left join pg_catalog.pg_roles as r on r.rolname = g.role
),
declared as materialized (
  select l.grantee, l."on", l.schema, l.table_name, null as column_name, l.bound, p.privilege
    from lines as l
    left join lateral pg_catalog.jsonb_array_elements_text(l.privileges) as p (privilege) on true
   union
  select l.grantee, l."on", l.schema, l.table_name, p."column", l.bound, p.privilege
    from lines as l
   cross join lateral pg_catalog.jsonb_to_recordset(l.columns) as p (privilege text, "column" text)
),
-- The tables that a grant names.
named_tables as materialized (
  select l.grantee, c.oid as relation
    from lines as l
    join pg_catalog.pg_namespace as n on n.nspname = l.schema
    join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = l.table_name
   where l.grantee is not null
),
-- What these grants give: attnum 0 is the whole table.
named_grants as materialized (
  select d.grantee, c.oid as relation, coalesce(a.attnum, 0) as attnum, d.privilege
    from declared as d
    join pg_catalog.pg_namespace as n on n.nspname = d.schema
    join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = d.table_name
    left join pg_catalog.pg_attribute as a
      on a.attrelid = c.oid and a.attname = d.column_name and a.attnum > 0 and not a.attisdropped
   where (d.column_name is null or a.attnum is not null)
     and not (d.bound and c.oid = any ($7::oid[]))
),
us as materialized (
  select oid from pg_catalog.pg_roles where rolname = any ($1::text[])
),
our_schemas as materialized (
  select oid from pg_catalog.pg_namespace where nspname = any ($2::text[])
),
system_schemas as materialized (
  select oid
    from pg_catalog.pg_namespace
   where nspname in ('pg_catalog', 'information_schema', 'pg_toast')
),
-- kind: what people call it; keyword: what GRANT calls it; declared_on and schema: what database/grants.ts calls it.
access_lists as (
  select 'pg_catalog.pg_database'::pg_catalog.regclass as classid, d.oid as objid, 0 as subid,
         'database' as kind, 'database' as keyword, pg_catalog.quote_ident(d.datname) as name, null as column_name,
         'database' as declared_on, '' as schema, null::oid as namespace,
         d.datdba as owner, pg_catalog.acldefault('d', d.datdba) as base,
         coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba)) as list
    from pg_catalog.pg_database as d
   where d.datname = pg_catalog.current_database()
  union all
  select 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid, 0,
         'schema', 'schema', pg_catalog.quote_ident(n.nspname), null,
         'schema', n.nspname, n.oid,
         n.nspowner, pg_catalog.acldefault('n', n.nspowner),
         coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
    from pg_catalog.pg_namespace as n
   where n.nspname !~ '^pg_(toast_)?temp_'
  union all
  select 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid, 0,
         case c.relkind
           when 'S' then 'sequence'
           when 'v' then 'view'
           when 'm' then 'materialized view'
           when 'f' then 'foreign table'
           else 'table'
         end,
         case c.relkind when 'S' then 'sequence' else 'table' end,
         pg_catalog.format('%I.%I', n.nspname, c.relname), null,
         case c.relkind when 'S' then 'sequences' else 'tables' end, n.nspname, n.oid,
         c.relowner,
         pg_catalog.acldefault((case c.relkind when 'S' then 's' else 'r' end)::"char", c.relowner), c.relacl
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
   where c.relacl is not null and c.relpersistence <> 't'
  union all
  select 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid, a.attnum,
         'column', 'table',
         pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.quote_ident(a.attname),
         'columns', n.nspname, n.oid, c.relowner, pg_catalog.acldefault('c', c.relowner), a.attacl
    from pg_catalog.pg_attribute as a
    join pg_catalog.pg_class as c on c.oid = a.attrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
   where a.attacl is not null and not a.attisdropped and c.relpersistence <> 't'
  union all
  select 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, 0,
         case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end, 'routine',
         case n.nspname when 'pg_catalog' then 'pg_catalog.' else '' end || p.oid::pg_catalog.regprocedure::text, null,
         'functions', n.nspname, n.oid, p.proowner, pg_catalog.acldefault('f', p.proowner), p.proacl
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
   where p.proacl is not null
  union all
  select 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 0,
         case t.typtype when 'd' then 'domain' else 'type' end, 'type',
         pg_catalog.format('%I.%I', n.nspname, t.typname), null,
         'types', n.nspname, n.oid, t.typowner, pg_catalog.acldefault('T', t.typowner), t.typacl
    from pg_catalog.pg_type as t
    join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
   where t.typacl is not null
  union all
  select 'pg_catalog.pg_language'::pg_catalog.regclass, l.oid, 0,
         'language', 'language', pg_catalog.quote_ident(l.lanname), null,
         'languages', '', null, l.lanowner, pg_catalog.acldefault('l', l.lanowner), l.lanacl
    from pg_catalog.pg_language as l
   where l.lanacl is not null
  union all
  select 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass, w.oid, 0,
         'foreign data wrapper', 'foreign data wrapper', pg_catalog.quote_ident(w.fdwname), null,
         'wrappers', '', null, w.fdwowner, pg_catalog.acldefault('F', w.fdwowner), w.fdwacl
    from pg_catalog.pg_foreign_data_wrapper as w
   where w.fdwacl is not null
  union all
  select 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, s.oid, 0,
         'foreign server', 'foreign server', pg_catalog.quote_ident(s.srvname), null,
         'servers', '', null, s.srvowner, pg_catalog.acldefault('S', s.srvowner), s.srvacl
    from pg_catalog.pg_foreign_server as s
   where s.srvacl is not null
  union all
  select 'pg_catalog.pg_tablespace'::pg_catalog.regclass, s.oid, 0,
         'tablespace', 'tablespace', pg_catalog.quote_ident(s.spcname), null,
         'tablespaces', '', null, s.spcowner, pg_catalog.acldefault('t', s.spcowner), s.spcacl
    from pg_catalog.pg_tablespace as s
   where s.spcacl is not null
  union all
  -- Parameters belong to the bootstrap superuser.
  select 'pg_catalog.pg_parameter_acl'::pg_catalog.regclass, p.oid, 0,
         'parameter', 'parameter', p.parname, null,
         'parameters', '', null, 10, pg_catalog.acldefault('p', 10), p.paracl
    from pg_catalog.pg_parameter_acl as p
  union all
  select 'pg_catalog.pg_largeobject'::pg_catalog.regclass, l.oid, 0,
         'large object', 'large object', l.oid::text, null,
         'large objects', '', null, l.lomowner, pg_catalog.acldefault('L', l.lomowner), l.lomacl
    from pg_catalog.pg_largeobject_metadata as l
   where l.lomacl is not null
),
placed as (
  select a.*,
         case
           when a.kind = 'database' then 'ours'
           when a.namespace in (select oid from our_schemas) then 'ours'
           when a.owner in (select oid from us) then 'ours'
           when a.namespace in (select oid from system_schemas) then 'system'
           when a.namespace is null and a.kind <> 'large object' then 'system'
           else 'foreign'
         end as scope
    from access_lists as a
),
entries as (
  select p.*, e.grantee, e.grantor, e.privilege_type, e.is_grantable
    from placed as p
   cross join lateral pg_catalog.aclexplode(p.list) as e
   where e.grantee <> p.owner
     and (
       p.scope = 'ours'
       or e.grantee in (select oid from us)
       or (p.scope = 'system' and e.grantee = 0)
     )
     and p.schema !~ '^pg_(toast_)?temp_'
     and p.name <> all ($4::text[])
     and (p.name, pg_catalog.pg_get_userbyid(e.grantee)) is distinct from ($6::text, $5::name)
),
declared_entries as (
  select e.*,
         d.grantee is not null or g.grantee is not null as declared,
         e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass as is_relation
    from entries as e
    left join (
           select distinct grantee, "on", schema, bound, privilege
             from declared
            where privilege is not null and table_name is null
         ) as d
      on d.grantee = e.grantee
     and d."on" = e.declared_on
     and d.schema = e.schema
     and d.privilege = e.privilege_type
     and not (
       e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
       and (
         (d.bound and (e.objid = any ($7::oid[]) or e.objid = any ($8::oid[])))
         or (e.grantee, e.objid) in (select grantee, relation from named_tables)
       )
     )
    left join named_grants as g
      on g.grantee = e.grantee
     and g.relation = e.objid
     and g.attnum = e.subid
     and g.privilege = e.privilege_type
     and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
),
judged as (
  select e.*,
         e.declared
           or coalesce(b.present, false)
           -- initdb grants these to PUBLIC without a record in pg_init_privs.
           or (
             e.schema = 'information_schema'
             and e.grantee = 0
             and e.kind in ('schema', 'table', 'view')
             and e.privilege_type in ('USAGE', 'SELECT')
           )
           -- Part of a privilege that is declared for the whole table: the role keeps it until it has the whole one.
           or (
             e.kind = 'column'
             and exists (
               select
                 from declared as w
                where w.grantee = e.grantee
                  and w."on" = 'tables'
                  and w.schema = e.schema
                  and w.privilege = e.privilege_type
                  and w.column_name is null
                  and case
                        when (e.grantee, e.objid) in (select grantee, relation from named_tables)
                          then exists (
                            select
                              from named_grants as g
                             where g.grantee = e.grantee
                               and g.relation = e.objid
                               and g.attnum = 0
                               and g.privilege = e.privilege_type
                          )
                        else w.table_name is null
                             and not (w.bound and (e.objid = any ($7::oid[]) or e.objid = any ($8::oid[])))
                      end
             )
             and not exists (
               select
                 from entries as w
                where w.classid = e.classid
                  and w.objid = e.objid
                  and w.subid = 0
                  and w.grantee = e.grantee
                  and w.privilege_type = e.privilege_type
             )
           ) as allowed,
         coalesce(b.grantable, false) as option_allowed,
         -- Revoking a privilege on a table revokes it on every column too.
         case
           when e.is_relation and e.subid = 0
             then (
               select pg_catalog.array_agg(pg_catalog.quote_ident(a.attname) order by a.attnum)
                 from named_grants as g
                 join pg_catalog.pg_attribute as a on a.attrelid = g.relation and a.attnum = g.attnum
                where g.grantee = e.grantee
                  and g.relation = e.objid
                  and g.attnum > 0
                  and g.privilege = e.privilege_type
             )
         end as kept
    from declared_entries as e
    left join pg_catalog.pg_init_privs as i
      on i.classoid = e.classid and i.objoid = e.objid and i.objsubid = e.subid
      -- ALTER EXTENSION … ADD records an ordinary owner's access list there too.
     and (
       i.privtype = 'i'
       or exists (select from pg_catalog.pg_roles as s where s.oid = e.owner and s.rolsuper)
     )
    left join lateral (
           select true as present, pg_catalog.bool_or(x.is_grantable) as grantable
             from pg_catalog.aclexplode(coalesce(i.initprivs, e.base)) as x
            where x.grantee = e.grantee and x.privilege_type = e.privilege_type
           having pg_catalog.count(*) > 0
         ) as b
      -- A declaration for `public`, even an empty one, replaces the defaults of PUBLIC.
      on not exists (
           select
             from declared as w
            where w.grantee = 0 and e.grantee = 0 and w."on" = e.declared_on and w.schema = e.schema
         )
)
select kind,
       kind || ' ' || name || coalesce('.' || column_name, '') as object,
       keyword || ' ' || name as target,
       column_name as "column",
       case when grantee = 0 then 'PUBLIC' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) end as grantee,
       case when grantor <> owner then pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantor)) end as grantor,
       pg_catalog.pg_get_userbyid(owner) as owner,
       privilege_type as privilege,
       allowed,
       kept,
       scope,
       pg_catalog.pg_has_role(current_user, owner, 'usage') as revocable
  from judged
 where not allowed or (is_grantable and not option_allowed)
 order by object, grantee, privilege, grantor nulls first
