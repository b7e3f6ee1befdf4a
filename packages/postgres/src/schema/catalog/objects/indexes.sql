-- Indexes that belong to no constraint and to no partitioned index.
select 'index',
       n.name || '.' || pg_catalog.quote_ident(c.relname),
       array[
         'table', r.name,
         -- PostgreSQL prints ON ONLY for a partitioned table, which would leave its partitions without the index.
         'definition', case c.relkind
           when 'I' then pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
           else pg_catalog.pg_get_indexdef(i.indexrelid)
         end,
         'valid', case when i.indisvalid then 'VALID' else 'INVALID' end,
         'comment', d.description
       ]
  from relations as r
  join pg_catalog.pg_index as i on i.indrelid = r.oid
  join pg_catalog.pg_class as c on c.oid = i.indexrelid
  join namespaces as n on n.oid = c.relnamespace
  left join pg_catalog.pg_constraint as k
    on k.conrelid = i.indrelid
   and k.conindid = i.indexrelid
   and k.contype in ('p', 'u', 'x')
  left join pg_catalog.pg_description as d
    on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
   and d.objoid = c.oid
   and d.objsubid = 0
 where k.oid is null
   and not c.relispartition
