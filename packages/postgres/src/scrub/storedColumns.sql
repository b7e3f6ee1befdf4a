-- Every column of every table that stores rows, apart from those of extensions and of partitions, whose rows are their parents'.
-- $1: schemas that are left out.
with recursive contained (outermost, oid) as (
  select t.oid, t.oid
    from pg_catalog.pg_type as t
   union all
  select c.outermost, coalesce(nullif(t.typbasetype, 0), r.rngsubtype, t.typelem)
    from contained as c
    join pg_catalog.pg_type as t on t.oid = c.oid
    left join pg_catalog.pg_range as r on t.oid in (r.rngtypid, r.rngmultitypid)
   where t.typtype in ('d', 'r', 'm') or (t.typcategory = 'A' and t.typelem <> 0)
),
-- Truth values, numbers, dates, times, enumerations and UUIDs cannot hold text, whatever they are contained in.
textless as (
  select c.outermost
    from contained as c
    join pg_catalog.pg_type as t on t.oid = c.oid
   where not (t.typtype in ('d', 'r', 'm') or (t.typcategory = 'A' and t.typelem <> 0))
     and (t.typcategory in ('B', 'N', 'D', 'T', 'E') or t.oid = 'pg_catalog.uuid'::pg_catalog.regtype)
)
select n.nspname::pg_catalog.text as schema,
       c.relname::pg_catalog.text as "table",
       a.attname::pg_catalog.text as "column",
       pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
       not exists (select from textless as l where l.outermost = a.atttypid) as "holdsText",
       t.typcategory = 'S' as "isText",
       a.atttypid in ('pg_catalog.json'::pg_catalog.regtype, 'pg_catalog.jsonb'::pg_catalog.regtype) as "isJson",
       a.attgenerated <> '' as "isGenerated",
       a.attnotnull as "notNull",
       coalesce(pg_catalog.array_position(k.indkey::pg_catalog.int2[], a.attnum), -1) as "keyPlace"
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_catalog.pg_type as t on t.oid = a.atttypid
  left join pg_catalog.pg_index as k on k.indrelid = c.oid and k.indisprimary
 where c.relkind in ('r', 'p')
   and not c.relispartition
   and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   and n.nspname <> all ($1)
   and not exists (
         select from pg_catalog.pg_depend as d
          where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e'
       )
 order by 1, 2, a.attnum
