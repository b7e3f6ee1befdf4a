-- Views and materialized views.
select case r.kind when 'm' then 'materialized view' else 'view' end,
       r.name,
       array[
         'definition', pg_catalog.pg_get_viewdef(r.oid),
         'options', (
           select pg_catalog.string_agg(o.option, ', ' order by o.option collate "C")
             from pg_catalog.unnest(r.options) as o (option)
         ),
         'columns', v.columns,
         'column comments', v.comments,
         'comment', r.comment
       ]
  from relations as r
  cross join lateral (
    select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' order by a.attnum) as columns,
           pg_catalog.string_agg(
             pg_catalog.quote_ident(a.attname) || ': ' || d.description, E'\n' order by a.attnum
           ) as comments
      from pg_catalog.pg_attribute as a
      left join pg_catalog.pg_description as d
        on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
       and d.objoid = a.attrelid
       and d.objsubid = a.attnum
     where a.attrelid = r.oid
       and a.attnum > 0
       and not a.attisdropped
  ) as v
 where r.kind in ('v', 'm')
