-- Columns of tables.
select 'column',
       r.name || '.' || pg_catalog.quote_ident(a.attname),
       array[
         'table', r.name,
         'name', pg_catalog.quote_ident(a.attname),
         'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
         -- A default refers to no column, so PostgreSQL need not open the table to print it.
         'default', case when a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, 0) end,
         'not null', case when a.attnotnull then 'NOT NULL' end,
         'identity', case a.attidentity when 'a' then 'ALWAYS' when 'd' then 'BY DEFAULT' end
           || coalesce(i.options, ''),
         'generated', case when a.attgenerated <> '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end,
         'collation', case
           when a.attcollation <> t.typcollation then a.attcollation::pg_catalog.regcollation::text
         end,
         'storage', case
           when a.attstorage <> t.typstorage
             then case a.attstorage
                    when 'p' then 'PLAIN'
                    when 'e' then 'EXTERNAL'
                    when 'm' then 'MAIN'
                    else 'EXTENDED'
                  end
         end,
         'compression', case a.attcompression when 'l' then 'lz4' when 'p' then 'pglz' end,
         'comment', c.description
       ]
  from relations as r
  join pg_catalog.pg_attribute as a on a.attrelid = r.oid
  join pg_catalog.pg_type as t on t.oid = a.atttypid
  left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
  left join identity_columns as i on i.relation = a.attrelid and i.attribute = a.attnum
  left join pg_catalog.pg_description as c
    on c.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
   and c.objoid = a.attrelid
   and c.objsubid = a.attnum
 where r.kind in ('r', 'p', 'f')
   and a.attnum > 0
   and not a.attisdropped
