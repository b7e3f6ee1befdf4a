-- Tables of the ledger that were changed: replaced by a view, renamed, with row-level security, or with other column
-- defaults. One row for each that differs.
--
-- $1 the schema, $2 the tables with the defaults of their columns as jsonb.
select *
  from (
    select t.name,
           coalesce(c.relkind = 'v', false) as replaced,
           -- A renamed table keeps its primary key's name.
           (
             select pg_catalog.quote_ident(o.relname)
               from pg_catalog.pg_constraint as k
               join pg_catalog.pg_class as o on o.oid = k.conrelid
              where c.relkind is distinct from 'r'
                and k.connamespace = n.oid
                and k.contype = 'p'
                and k.conname = t.name || '_pkey'
                and o.relkind = 'r'
           ) as renamed,
           coalesce(c.relrowsecurity or c.relforcerowsecurity, false) as secured,
           (
             select coalesce(
                      pg_catalog.jsonb_agg(
                        pg_catalog.jsonb_build_object(
                          'column', pg_catalog.quote_ident(a.attname),
                          'expected', t.defaults ->> a.attname,
                          'actual', pg_catalog.pg_get_expr(d.adbin, d.adrelid)
                        )
                        order by a.attnum
                      ),
                      '[]'
                    )
               from pg_catalog.pg_attribute as a
               left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
              where a.attrelid = c.oid
                and c.relkind = 'r'
                and a.attnum > 0
                and not a.attisdropped
                and a.attgenerated = ''
                and pg_catalog.pg_get_expr(d.adbin, d.adrelid) is distinct from t.defaults ->> a.attname
           ) as defaults
      from pg_catalog.jsonb_to_recordset($2::jsonb) as t (name text, defaults jsonb)
      join pg_catalog.pg_namespace as n on n.nspname = $1
      left join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = t.name
  ) as l
 where l.replaced
    or l.renamed is not null
    or l.secured
    or l.defaults <> '[]'::jsonb
 order by l.name
