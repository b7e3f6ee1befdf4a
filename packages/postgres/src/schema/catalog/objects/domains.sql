-- Domains, with their checks.
select 'domain',
       t.name,
       array[
         'type', pg_catalog.format_type(d.typbasetype, d.typtypmod),
         'collation', case
           when d.typcollation <> b.typcollation then d.typcollation::pg_catalog.regcollation::text
         end,
         'default', pg_catalog.pg_get_expr(d.typdefaultbin, 'pg_catalog.pg_type'::pg_catalog.regclass),
         'not null', case when d.typnotnull then 'NOT NULL' end,
         'checks', (
           select pg_catalog.string_agg(
                    'CONSTRAINT ' || pg_catalog.quote_ident(k.conname) || ' '
                      || pg_catalog.pg_get_constraintdef(k.oid),
                    E'\n' order by k.conname collate "C"
                  )
             from pg_catalog.pg_constraint as k
            where k.contypid = t.oid
         ),
         'comment', t.comment
       ]
  from types as t
  join pg_catalog.pg_type as d on d.oid = t.oid
  join pg_catalog.pg_type as b on b.oid = d.typbasetype
 where t.kind = 'd'
