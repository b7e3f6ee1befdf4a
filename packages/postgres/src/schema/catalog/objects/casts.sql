-- Casts from or to a type in scope, or by a function in scope, in the words of CREATE CAST.
select 'cast',
       pg_catalog.format(
         '(%s AS %s)',
         pg_catalog.format_type(c.castsource, null),
         pg_catalog.format_type(c.casttarget, null)
       ),
       array[
         'definition', pg_catalog.concat_ws(
           ' ',
           case c.castmethod
             when 'f' then 'WITH FUNCTION ' || c.castfunc::pg_catalog.regprocedure
             when 'i' then 'WITH INOUT'
             else 'WITHOUT FUNCTION'
           end,
           case c.castcontext when 'i' then 'AS IMPLICIT' when 'a' then 'AS ASSIGNMENT' end
         ),
         'comment', d.description
       ]
  from pg_catalog.pg_cast as c
  left join pg_catalog.pg_description as d
    on d.classoid = 'pg_catalog.pg_cast'::pg_catalog.regclass
   and d.objoid = c.oid
 where (
     c.castsource in (select t.oid from types as t)
     or c.casttarget in (select t.oid from types as t)
     or c.castfunc in (select r.oid from routines as r)
   )
   -- PostgreSQL creates the cast to the multirange type together with the range type.
   and not exists (
     select
       from pg_catalog.pg_depend as d
      where d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass
        and d.objid = c.oid
        and (
          d.deptype = 'i'
          or (d.deptype = 'e' and c.castfunc not in (select r.oid from routines as r))
        )
   )
