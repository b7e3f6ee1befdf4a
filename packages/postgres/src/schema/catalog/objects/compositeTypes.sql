-- Composite types, except the row types of relations.
select 'type',
       t.name,
       array[
         'attributes', (
           select pg_catalog.string_agg(
                    pg_catalog.concat_ws(
                      ' ',
                      pg_catalog.quote_ident(a.attname),
                      pg_catalog.format_type(a.atttypid, a.atttypmod),
                      case
                        when a.attcollation <> b.typcollation
                          then 'COLLATE ' || a.attcollation::pg_catalog.regcollation
                      end
                    ),
                    ', ' order by a.attnum
                  )
             from pg_catalog.pg_attribute as a
             join pg_catalog.pg_type as b on b.oid = a.atttypid
            where a.attrelid = t.relation
              and a.attnum > 0
              and not a.attisdropped
         ),
         'comment', t.comment
       ]
  from types as t
 where t.kind = 'c'
