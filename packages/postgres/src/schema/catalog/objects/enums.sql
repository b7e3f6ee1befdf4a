-- Enums.
select 'enum',
       t.name,
       array[
         'labels', (
           select pg_catalog.string_agg(pg_catalog.quote_literal(l.enumlabel), ', ' order by l.enumsortorder)
             from pg_catalog.pg_enum as l
            where l.enumtypid = t.oid
         ),
         'comment', t.comment
       ]
  from types as t
 where t.kind = 'e'
