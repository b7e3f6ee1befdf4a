-- Tables that look like tenant tables and are neither declared nor exempt, partitions and children of such left out.
-- $1 declared tables as JSON: schema, table, column. $2 exempt tables as JSON: schema, table.
with recursive declared as (
  select c.oid, n.nspname as schema, d."column", a.attnum
    from pg_catalog.jsonb_to_recordset($1::pg_catalog.jsonb) as d (schema pg_catalog.text, "table" pg_catalog.text, "column" pg_catalog.text)
    join pg_catalog.pg_namespace as n on n.nspname = d.schema
    join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = d."table"
    left join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = d."column" and not a.attisdropped
),
known as (
  select oid, false as is_exempt from declared
   union
  select c.oid, true
    from pg_catalog.jsonb_to_recordset($2::pg_catalog.jsonb) as e (schema pg_catalog.text, "table" pg_catalog.text)
    join pg_catalog.pg_namespace as n on n.nspname = e.schema
    join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = e."table"
   union
  select i.inhrelid, k.is_exempt
    from known as k
    join pg_catalog.pg_inherits as i on i.inhparent = k.oid
),
-- A column named like a tenant's, in a schema that holds tenant tables. Any table has an id.
by_name as (
  select a.attrelid as oid, pg_catalog.min(a.attname::pg_catalog.text) as "column"
    from pg_catalog.pg_attribute as a
    join pg_catalog.pg_class as c on c.oid = a.attrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
   where a.attname in (select "column" from declared where "column" <> 'id')
     and n.nspname in (select schema from declared)
     and a.attnum > 0
     and not a.attisdropped
   group by a.attrelid
),
-- A foreign key that leads to a tenant table; best one that leads to its tenant's column.
by_key as (
  select distinct on (k.conrelid)
         k.conrelid as oid,
         k.conname as "constraint",
         k.confrelid as target,
         (
           select a.attname
             from rows from (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) as p (mine, theirs)
             join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = p.mine
            where p.theirs = d.attnum
         ) as "column"
    from pg_catalog.pg_constraint as k
    join declared as d on d.oid = k.confrelid
   where k.contype = 'f'
     and k.conparentid = 0
   order by k.conrelid, d.attnum = any (k.confkey) desc, k.conname
),
candidate as (
  select c.oid, c.relname, c.relkind, c.relnamespace
    from pg_catalog.pg_class as c
   where c.relkind in ('r', 'p', 'f')
     and c.relpersistence <> 't'
     and (c.oid in (select oid from by_name) or c.oid in (select oid from by_key))
     -- PostgreSQL has no row-level security on foreign tables, so one under a declared table is as open as any.
     and not exists (
       select from known as k where k.oid = c.oid and (k.is_exempt or c.relkind <> 'f')
     )
     and not exists (
       select
         from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
          and d.objid = c.oid
          and d.deptype = 'e'
          -- What its owner has added to an extension of its own is not the extension's.
          and exists (
            select from pg_catalog.pg_roles as s where s.oid = c.relowner and s.rolsuper
          )
     )
)
select n.nspname as schema,
       c.relname as "table",
       c.relkind = 'f' as is_foreign,
       coalesce(b."column", k."column") as "column",
       case when b.oid is null then k."constraint" end as "constraint",
       case when b.oid is null then pg_catalog.format('%s.%s', tn.nspname, t.relname) end as target
  from candidate as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join by_name as b on b.oid = c.oid
  left join by_key as k on k.oid = c.oid
  left join pg_catalog.pg_class as t on t.oid = k.target
  left join pg_catalog.pg_namespace as tn on tn.oid = t.relnamespace
 where not exists (
         select
           from pg_catalog.pg_inherits as i
          where i.inhrelid = c.oid
            and i.inhparent in (select oid from candidate)
       )
 order by n.nspname, c.relname
