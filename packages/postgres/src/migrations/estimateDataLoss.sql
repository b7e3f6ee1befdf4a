-- The tables outside of the schemas of the system and of the runner, with the facts that show whether this transaction has
-- removed rows of them.
select c.oid::text as oid,
       n.nspname as schema,
       c.relname as table,
       c.relfilenode::text as file,
       pg_catalog.pg_relation_size(c.oid) > 0 as filled,
       coalesce(pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid), 0)::integer as deleted,
       array(
         select i.inhparent::text from pg_catalog.pg_inherits as i where i.inhrelid = c.oid
       ) as parents,
       -- Without columns that are inherited or generated.
       coalesce(
         (select pg_catalog.json_object_agg(a.attnum, a.attname)
            from pg_catalog.pg_attribute as a
           where a.attrelid = c.oid
             and a.attnum > 0
             and not a.attisdropped
             and a.attinhcount = 0
             and a.attgenerated = ''),
         '{}'
       ) as columns
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p')
   and c.relpersistence <> 't'
   and n.nspname <> 'hosterizer'
   and n.nspname <> 'information_schema'
   and n.nspname !~ '^pg_'
 order by n.nspname, c.relname
