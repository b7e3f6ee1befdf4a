-- Functions and procedures.
select case r.kind when 'p' then 'procedure' else 'function' end,
       r.name,
       array[
         'definition', pg_catalog.pg_get_functiondef(r.oid),
         'comment', r.comment
       ]
  from routines as r
 where r.kind in ('f', 'p', 'w')
