-- A unique index by the name that an error gives it: the expressions that it compares, and which rows it has.
-- $1 schema, $2 table, $3 constraint or index.
select pg_catalog.format('%I.%I', n.nspname, c.relname) as "table",
       array(
         select pg_catalog.pg_get_indexdef(x.indexrelid, position, false)
           from pg_catalog.generate_series(1, x.indnkeyatts::pg_catalog.int4) as position
          order by position
       ) as expressions,
       coalesce(pg_catalog.pg_get_expr(x.indpred, x.indrelid), 'true') as predicate
  from pg_catalog.pg_index as x
  join pg_catalog.pg_class as i on i.oid = x.indexrelid
  join pg_catalog.pg_class as c on c.oid = x.indrelid
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where n.nspname = $1
   and c.relname = $2
   and i.relname = $3
   and x.indisunique
