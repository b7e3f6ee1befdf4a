-- Extended statistics.
select 'statistics',
       n.name || '.' || pg_catalog.quote_ident(s.stxname),
       array[
         'table', r.name,
         'definition', pg_catalog.pg_get_statisticsobjdef(s.oid),
         'comment', pg_catalog.obj_description(s.oid, 'pg_statistic_ext')
       ]
  from relations as r
  join pg_catalog.pg_statistic_ext as s on s.stxrelid = r.oid
  join namespaces as n on n.oid = s.stxnamespace
