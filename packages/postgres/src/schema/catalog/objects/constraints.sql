-- Constraints of tables, except those that partitions get from their parent.
select 'constraint',
       pg_catalog.quote_ident(k.conname) || ' on ' || r.name,
       array[
         'table', r.name,
         'name', pg_catalog.quote_ident(k.conname),
         'type', case k.contype
           when 'c' then 'CHECK'
           when 'f' then 'FOREIGN KEY'
           when 'p' then 'PRIMARY KEY'
           when 'u' then 'UNIQUE'
           else 'EXCLUDE'
         end,
         'definition', case
           when k.convalidated then pg_catalog.pg_get_constraintdef(k.oid)
           else pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(k.oid), ' NOT VALID$', '')
         end,
         'valid', case
           when not k.convalidated then 'NOT VALID'
           when i.indisvalid is false then 'INVALID'
           else 'VALID'
         end,
         'comment', c.description
       ]
  from relations as r
  join pg_catalog.pg_constraint as k on k.conrelid = r.oid
  left join pg_catalog.pg_index as i on i.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
  left join pg_catalog.pg_description as c
    on c.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
   and c.objoid = k.oid
 where k.contype in ('c', 'f', 'p', 'u', 'x')
   and k.conparentid = 0
