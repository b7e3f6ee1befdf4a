-- Names of tables and the like in the schemas $1 that do not belong to an extension, in order.
select pg_catalog.format('%I.%I', n.nspname, c.relname) as name
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where n.nspname = any ($1::pg_catalog.name[])
   and c.relkind = any ('{r,p,v,m,f}'::pg_catalog."char"[])
   and not exists (
     select
       from pg_catalog.pg_depend as d
      where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        and d.objid = c.oid
        and d.deptype = 'e'
   )
 order by 1
