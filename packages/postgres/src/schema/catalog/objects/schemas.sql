-- Schemas that the stack doesn't declare.
select 'schema',
       n.name,
       array[
         'comment', pg_catalog.obj_description(n.oid, 'pg_namespace')
       ]
  from namespaces as n
 where not n.declared
   and n.owned
   and not exists (
     select
       from members as m
      where m.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
        and m.objid = n.oid
   )
