-- Estimated rows of each table, partitions included. A table that was never analyzed is estimated from its size.
select n.nspname || '.' || c.relname as "table",
       (
         select pg_catalog.sum(
                  case
                    when l.reltuples >= 0 then l.reltuples
                    else pg_catalog.pg_relation_size(l.oid) / 100
                  end
                )
           from (
             select c.oid as relid
              union
             select p.relid from pg_catalog.pg_partition_tree(c.oid) as p
           ) as t
           join pg_catalog.pg_class as l on l.oid = t.relid
          where l.relkind = 'r'
       )::double precision as rows
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p')
   and n.nspname !~ '^pg_'
   and n.nspname <> 'information_schema'
