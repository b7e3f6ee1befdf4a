-- Range types.
select 'range type',
       t.name,
       array[
         'subtype', pg_catalog.format_type(g.rngsubtype, null),
         'collation', nullif(g.rngcollation, 0)::pg_catalog.regcollation::text,
         'difference', nullif(g.rngsubdiff::oid, 0)::pg_catalog.regproc::text,
         'canonical', nullif(g.rngcanonical::oid, 0)::pg_catalog.regproc::text,
         'multirange', pg_catalog.format_type(g.rngmultitypid, null),
         'comment', t.comment
       ]
  from types as t
  join pg_catalog.pg_range as g on g.rngtypid = t.oid
 where t.kind = 'r'
