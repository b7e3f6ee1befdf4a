-- Everything that ANALYZE fills from a sensitive column: the column and its generated copies, expressions of indexes, and
-- extended statistics, also on partitions and other children. $1 declarations as JSON: schema, table, columns.
with recursive declared as (
  select c.oid, d."column"
    from pg_catalog.jsonb_array_elements($1::pg_catalog.jsonb) as e (value)
   cross join lateral (
     select e.value ->> 'schema' as schema, e.value ->> 'table' as "table", n as "column"
       from pg_catalog.jsonb_array_elements_text(e.value -> 'columns') as n
   ) as d
    join pg_catalog.pg_namespace as n on n.nspname = d.schema
    join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = d."table"
   where c.relkind in ('r', 'p', 'f')
),
family as (
  select oid, "column", true as declared from declared
   union
  select i.inhrelid, f."column", false
    from family as f
    join pg_catalog.pg_inherits as i on i.inhparent = f.oid
),
named as (
  select f.oid, a.attnum, f.declared
    from family as f
    join pg_catalog.pg_attribute as a on a.attrelid = f.oid and a.attname = f."column"
   where a.attnum > 0
     and not a.attisdropped
),
-- A generated column holds the values of what it is generated from.
sensitive as (
  select oid, attnum, declared from named
   union
  select n.oid, g.adnum, n.declared
    from named as n
    join pg_catalog.pg_attrdef as g on g.adrelid = n.oid
    join pg_catalog.pg_attribute as a on a.attrelid = g.adrelid and a.attnum = g.adnum
   where a.attgenerated <> ''
     and g.adbin::pg_catalog.text ~ (':varattno (0|' || n.attnum::pg_catalog.text || ') ')
),
targets as (
  select 'column' as kind, s.oid as relation, s.attnum, s.oid as holder, a.attstattarget as target,
         pg_catalog.bool_or(s.declared) and a.attgenerated = '' as retypable
    from sensitive as s
    join pg_catalog.pg_attribute as a on a.attrelid = s.oid and a.attnum = s.attnum
   group by s.oid, s.attnum, a.attstattarget, a.attgenerated
   union
  select 'index', s.oid, a.attnum, i.indexrelid, a.attstattarget, false
    from sensitive as s
    join pg_catalog.pg_index as i on i.indrelid = s.oid and i.indexprs is not null
    join pg_catalog.pg_attribute as a
      on a.attrelid = i.indexrelid
     and i.indkey[a.attnum - 1] = 0
   where i.indexprs::pg_catalog.text ~ (':varattno (0|' || s.attnum::pg_catalog.text || ') ')
   union
  select 'extended', s.oid, 0, x.oid, x.stxstattarget, false
    from sensitive as s
    join pg_catalog.pg_statistic_ext as x on x.stxrelid = s.oid
   where s.attnum = any (x.stxkeys)
      or x.stxexprs::pg_catalog.text ~ (':varattno (0|' || s.attnum::pg_catalog.text || ') ')
)
select t.kind,
       t.holder::pg_catalog.text as holder,
       t.attnum as attribute,
       t.target,
       pg_catalog.format('%I.%I', n.nspname, c.relname) as "table",
       case t.kind
         when 'column' then pg_catalog.quote_ident(a.attname)
         when 'index' then pg_catalog.format('%I.%I', hn.nspname, h.relname)
         else pg_catalog.format('%I.%I', xn.nspname, x.stxname)
       end as name,
       pg_catalog.pg_has_role(current_user, c.relowner, 'USAGE') as is_ours,
       pg_catalog.pg_get_userbyid(c.relowner) as owner,
       -- ANALYZE has run, as far as anybody can see who may not read the statistics.
       coalesce(c.reltuples, -1) >= 0 as analyzed,
       t.retypable
         and not exists (
           select
             from pg_catalog.pg_depend as d
            where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
              and d.refobjid = t.relation
              and d.refobjsubid = t.attnum
              and d.classid in (
                    'pg_catalog.pg_rewrite'::pg_catalog.regclass,
                    'pg_catalog.pg_policy'::pg_catalog.regclass,
                    'pg_catalog.pg_trigger'::pg_catalog.regclass
                  )
         )
         and not exists (
           select
             from sensitive as g
             join pg_catalog.pg_attribute as ga on ga.attrelid = g.oid and ga.attnum = g.attnum
            where g.oid = t.relation and ga.attgenerated <> ''
         ) as retypable,
       pg_catalog.format_type(a.atttypid, a.atttypmod)
         || case
              when a.attcollation <> y.typcollation
                then pg_catalog.format(' collate %I.%I', ln.nspname, l.collname)
              else ''
            end as type
  from targets as t
  join pg_catalog.pg_class as c on c.oid = t.relation
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join pg_catalog.pg_attribute as a on t.kind = 'column' and a.attrelid = t.relation and a.attnum = t.attnum
  left join pg_catalog.pg_type as y on y.oid = a.atttypid
  left join pg_catalog.pg_collation as l on l.oid = a.attcollation
  left join pg_catalog.pg_namespace as ln on ln.oid = l.collnamespace
  left join pg_catalog.pg_class as h on t.kind = 'index' and h.oid = t.holder
  left join pg_catalog.pg_namespace as hn on hn.oid = h.relnamespace
  left join pg_catalog.pg_statistic_ext as x on t.kind = 'extended' and x.oid = t.holder
  left join pg_catalog.pg_namespace as xn on xn.oid = x.stxnamespace
 order by t.relation, t.kind, t.attnum, name
