-- Aggregates, in the words of CREATE AGGREGATE.
select 'aggregate',
       r.name,
       array[
         'definition', pg_catalog.concat(
           '(', coalesce(nullif(pg_catalog.pg_get_function_arguments(r.oid), ''), '*'), ') (',
           pg_catalog.concat_ws(
             ', ',
             'SFUNC = ' || a.aggtransfn,
             'STYPE = ' || pg_catalog.format_type(a.aggtranstype, null),
             'SSPACE = ' || nullif(a.aggtransspace, 0),
             'FINALFUNC = ' || nullif(a.aggfinalfn::oid, 0)::pg_catalog.regproc,
             case when a.aggfinalextra then 'FINALFUNC_EXTRA' end,
             case
               when a.aggfinalfn <> 0
                 then 'FINALFUNC_MODIFY = ' || case a.aggfinalmodify
                                                 when 'r' then 'READ_ONLY'
                                                 when 's' then 'SHAREABLE'
                                                 else 'READ_WRITE'
                                               end
             end,
             'COMBINEFUNC = ' || nullif(a.aggcombinefn::oid, 0)::pg_catalog.regproc,
             'SERIALFUNC = ' || nullif(a.aggserialfn::oid, 0)::pg_catalog.regproc,
             'DESERIALFUNC = ' || nullif(a.aggdeserialfn::oid, 0)::pg_catalog.regproc,
             'INITCOND = ' || pg_catalog.quote_literal(a.agginitval),
             'MSFUNC = ' || nullif(a.aggmtransfn::oid, 0)::pg_catalog.regproc,
             'MINVFUNC = ' || nullif(a.aggminvtransfn::oid, 0)::pg_catalog.regproc,
             case when a.aggmtransfn <> 0 then 'MSTYPE = ' || pg_catalog.format_type(a.aggmtranstype, null) end,
             'MFINALFUNC = ' || nullif(a.aggmfinalfn::oid, 0)::pg_catalog.regproc,
             'MINITCOND = ' || pg_catalog.quote_literal(a.aggminitval),
             'SORTOP = ' || nullif(a.aggsortop, 0)::pg_catalog.regoper,
             'PARALLEL = ' || case p.proparallel
                                when 's' then 'SAFE'
                                when 'r' then 'RESTRICTED'
                                else 'UNSAFE'
                              end,
             case when a.aggkind = 'h' then 'HYPOTHETICAL' end
           ),
           ')'
         ),
         'comment', r.comment
       ]
  from routines as r
  join pg_catalog.pg_proc as p on p.oid = r.oid
  join pg_catalog.pg_aggregate as a on a.aggfnoid = r.oid
