-- Objects in the program's own schemas, or on its tables there, that the program did not create.
--
-- Left out: members of extensions, and parts of other objects (a column's own sequence, a table's row type).
--
-- $1 the schemas, $2 the program's own objects as pg_identify_object names them, kind first.
with program as materialized (
  select n.oid
    from pg_catalog.pg_namespace as n
   where n.nspname = any ($1::text[])
),
-- Every object in a schema depends on the schema.
direct as materialized (
  select d.classid, d.objid, i.type || ' ' || i.identity as description
    from pg_catalog.pg_depend as d
   cross join lateral pg_catalog.pg_identify_object(d.classid, d.objid, 0) as i
   where d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
     and d.refobjid in (select oid from program)
     and d.deptype = 'n'
),
tables as materialized (
  select objid as oid
    from direct
   where classid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and description = any ($2::text[])
),
addresses (classid, objid, subid) as (
  select classid, objid, 0
    from direct
  union
  select 'pg_catalog.pg_class'::pg_catalog.regclass, a.attrelid, a.attnum::int4
    from pg_catalog.pg_attribute as a
   where a.attrelid in (select oid from tables)
     and a.attnum > 0
     and not a.attisdropped
  union
  -- What is dropped with its table: constraints, indexes, triggers, rules and policies.
  select d.classid, d.objid, 0
    from pg_catalog.pg_depend as d
   where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and d.refobjid in (select oid from tables)
     and d.deptype = 'a'
     and (
       d.classid in (
         'pg_catalog.pg_constraint'::pg_catalog.regclass,
         'pg_catalog.pg_trigger'::pg_catalog.regclass,
         'pg_catalog.pg_rewrite'::pg_catalog.regclass,
         'pg_catalog.pg_policy'::pg_catalog.regclass
       )
       or d.objid in (
         select c.oid from pg_catalog.pg_class as c where c.relkind in ('i', 'I')
       )
     )
)
select i.type as kind,
       i.identity as name,
       case i.type
         when 'table constraint' then k.conrelid::pg_catalog.regclass::text
       end as "table",
       pg_catalog.quote_ident(k.conname) as "constraint",
       coalesce(
         pg_catalog.pg_has_role(
           current_user,
           coalesce(r.relowner, p.proowner, o.oprowner, own.relowner),
           'usage'
         ),
         false
       ) as droppable,
       (
         select pg_catalog.array_agg(distinct pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid))
           from pg_catalog.pg_depend as d
          where d.refclassid = a.classid
            and d.refobjid = a.objid
            and (a.subid = 0 or d.refobjsubid = a.subid)
            and d.deptype = 'n'
            -- Not a part of the object itself: a view's rule uses the view's columns.
            and not exists (
              select
                from pg_catalog.pg_depend as part
               where part.classid = d.classid
                 and part.objid = d.objid
                 and part.refclassid = a.classid
                 and part.refobjid = a.objid
                 and part.deptype = 'i'
            )
       ) as dependents
  from addresses as a
 cross join lateral pg_catalog.pg_identify_object(a.classid, a.objid, a.subid) as i
  left join pg_catalog.pg_class as r
    on a.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and r.oid = a.objid
  left join pg_catalog.pg_proc as p
    on a.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = a.objid
  left join pg_catalog.pg_operator as o
    on a.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass and o.oid = a.objid
  left join pg_catalog.pg_constraint as k
    on a.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and k.oid = a.objid
  left join pg_catalog.pg_trigger as t
    on a.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass and t.oid = a.objid
  left join pg_catalog.pg_rewrite as w
    on a.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and w.oid = a.objid
  left join pg_catalog.pg_policy as y
    on a.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and y.oid = a.objid
  left join pg_catalog.pg_class as own
    on own.oid = coalesce(k.conrelid, t.tgrelid, w.ev_class, y.polrelid)
 where i.type || ' ' || i.identity <> all ($2::text[])
   and not exists (
     select
       from pg_catalog.pg_depend as d
      where d.classid = a.classid
        and d.objid = a.objid
        and a.subid = 0
        and (
          d.deptype = 'i'
          -- An ordinary owner can add anything to an extension, so only those of privileged owners count.
          or exists (
            select
              from pg_catalog.pg_extension as x
              join pg_catalog.pg_roles as s on s.oid = x.extowner and (s.rolsuper or s.rolcreaterole)
             where d.deptype = 'e'
               and x.oid = d.refobjid
          )
        )
   )
   -- A serial column's sequence is reported with the column.
   and not exists (
     select
       from pg_catalog.pg_depend as d
      where d.classid = a.classid
        and d.objid = a.objid
        and d.deptype = 'a'
        and d.refobjsubid > 0
        and r.relkind = 'S'
   )
 order by kind, name
