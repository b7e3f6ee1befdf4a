-- Operators, in the words of CREATE OPERATOR.
select 'operator',
       o.oid::pg_catalog.regoperator::text,
       array[
         'definition', pg_catalog.concat(
           '(',
           pg_catalog.concat_ws(
             ', ',
             'FUNCTION = ' || o.oprcode,
             'LEFTARG = ' || pg_catalog.format_type(nullif(o.oprleft, 0), null),
             'RIGHTARG = ' || pg_catalog.format_type(nullif(o.oprright, 0), null),
             'COMMUTATOR = OPERATOR(' || nullif(o.oprcom, 0)::pg_catalog.regoper || ')',
             'NEGATOR = OPERATOR(' || nullif(o.oprnegate, 0)::pg_catalog.regoper || ')',
             'RESTRICT = ' || nullif(o.oprrest::oid, 0)::pg_catalog.regproc,
             'JOIN = ' || nullif(o.oprjoin::oid, 0)::pg_catalog.regproc,
             case when o.oprcanhash then 'HASHES' end,
             case when o.oprcanmerge then 'MERGES' end
           ),
           ')'
         ),
         'comment', d.description
       ]
  from pg_catalog.pg_operator as o
  join namespaces as n on n.oid = o.oprnamespace
  left join pg_catalog.pg_description as d
    on d.classoid = 'pg_catalog.pg_operator'::pg_catalog.regclass
   and d.objoid = o.oid
 where (n.declared or o.oprowner = (select oid from owner))
   -- A shell operator: another operator names it, but it is not defined yet.
   and o.oprcode <> 0
   and not exists (
     select
       from members as m
      where m.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass
        and m.objid = o.oid
   )
