-- Objects that should belong to the owner and do not: all in the stack's schemas, and whatever else a declared role owns.
--
-- Left out: members of extensions, and objects whose owner follows another object's or cannot differ from it (indexes,
-- identity sequences, row types, array types). The functions of a range type keep the role that restored them.
--
-- $1 owner, $2 declared roles, $3 the stack's schemas, $4 functions that other resources manage.
with us as materialized (
  select oid from pg_catalog.pg_roles where rolname = any ($2::text[])
),
objects as (
  select 'pg_catalog.pg_class'::pg_catalog.regclass as classid, c.oid,
         case c.relkind
           when 'S' then 'sequence'
           when 'v' then 'view'
           when 'm' then 'materialized view'
           when 'f' then 'foreign table'
           else 'table'
         end as kind,
         pg_catalog.format('%I.%I', n.nspname, c.relname) as name, c.relnamespace as namespace, c.relowner as owner
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
     and c.relpersistence <> 't'
  union all
  select 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid,
         case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
         p.oid::pg_catalog.regprocedure::text, p.pronamespace, p.proowner
    from pg_catalog.pg_proc as p
   where p.pronamespace <> 'pg_catalog'::pg_catalog.regnamespace
     and p.oid::pg_catalog.regprocedure::text <> all ($4::text[])
  union all
  select 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid,
         case t.typtype when 'd' then 'domain' else 'type' end,
         pg_catalog.format('%I.%I', n.nspname, t.typname), t.typnamespace, t.typowner
    from pg_catalog.pg_type as t
    join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
    left join pg_catalog.pg_class as c on c.oid = t.typrelid
   where t.typtype in ('b', 'c', 'd', 'e', 'r')
     and coalesce(c.relkind, 'c') = 'c'
     and not exists (select from pg_catalog.pg_type as e where e.typarray = t.oid)
  union all
  select 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, s.oid, 'statistics',
         pg_catalog.format('%I.%I', n.nspname, s.stxname), s.stxnamespace, s.stxowner
    from pg_catalog.pg_statistic_ext as s
    join pg_catalog.pg_namespace as n on n.oid = s.stxnamespace
  union all
  select 'pg_catalog.pg_collation'::pg_catalog.regclass, c.oid, 'collation',
         pg_catalog.format('%I.%I', n.nspname, c.collname), c.collnamespace, c.collowner
    from pg_catalog.pg_collation as c
    join pg_catalog.pg_namespace as n on n.oid = c.collnamespace
  union all
  select 'pg_catalog.pg_operator'::pg_catalog.regclass, o.oid, 'operator',
         o.oid::pg_catalog.regoperator::text, o.oprnamespace, o.oprowner
    from pg_catalog.pg_operator as o
   where o.oprnamespace <> 'pg_catalog'::pg_catalog.regnamespace
),
strays as (
  select o.classid, o.oid, o.kind, o.name, o.owner, pg_catalog.pg_get_userbyid(o.owner) as owner_name
    from objects as o
    join pg_catalog.pg_namespace as n on n.oid = o.namespace
   where pg_catalog.pg_get_userbyid(o.owner) <> $1
     and (n.nspname = any ($3::text[]) or o.owner in (select oid from us))
     and n.nspname !~ '^pg_(toast|temp_|toast_temp_)'
  union all
  -- The official plugin compares the owners of the schemas that it creates; initdb creates this one.
  select 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid, 'schema', 'public', n.nspowner,
         pg_catalog.pg_get_userbyid(n.nspowner)
    from pg_catalog.pg_namespace as n
   where n.nspname = 'public'
     and pg_catalog.pg_get_userbyid(n.nspowner) not in ('pg_database_owner', $1)
)
select s.kind || ' ' || s.name as object,
       s.kind,
       s.name,
       s.owner_name as owner,
       pg_catalog.pg_has_role(current_user, s.owner, 'usage') as alterable
  from strays as s
 where not exists (
         select
           from pg_catalog.pg_depend as d
          where d.classid = s.classid
            and d.objid = s.oid
            -- A member of an extension, or part of another object: a range type's functions, an identity's sequence. A
            -- serial's sequence depends on its column, and a partition on its table, by deptype a.
            and (d.deptype in ('e', 'i') or (d.deptype = 'a' and s.kind = 'sequence'))
       )
 order by object
