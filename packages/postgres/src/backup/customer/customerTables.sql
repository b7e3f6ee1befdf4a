-- The tables whose rows make up a customer: tenant tables, and those that their foreign keys lead to.
-- $1 tenant tables with their partitions and children, as JSON: schema, table, column.
with recursive tenant as (
  select c.oid, d."column"
    from pg_catalog.jsonb_to_recordset($1::pg_catalog.jsonb) as d (schema pg_catalog.text, "table" pg_catalog.text, "column" pg_catalog.text)
    join pg_catalog.pg_namespace as n on n.nspname = d.schema
    join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = d."table"
),
-- A foreign key's copies for the partitions on either side are left out.
reference as (
  select * from pg_catalog.pg_constraint where contype = 'f' and conparentid = 0
),
reached as (
  select oid from tenant
   union
  select k.confrelid
    from reached as r
    join reference as k on k.conrelid = r.oid
)
select n.nspname as schema,
       c.relname as "table",
       pg_catalog.format('%I.%I', n.nspname, c.relname) as quoted,
       pg_catalog.quote_ident(t."column") as tenant,
       c.relkind = 'p' as partitioned,
       coalesce(k.primary_key, '{}') as "primaryKey",
       a.columns,
       coalesce(f.references, '[]') as references
  from reached as r
  join pg_catalog.pg_class as c on c.oid = r.oid
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join tenant as t on t.oid = r.oid
 cross join lateral (
   select pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object(
              'name', a.attname,
              'quoted', pg_catalog.quote_ident(a.attname),
              -- With a modifier, a cast would shorten a value that is too long.
              'type', pg_catalog.format_type(a.atttypid, -1),
              'sequence', s.name,
              -- As text: JSON's numbers are not exact.
              'sequenceEnd', (select q.seqmax::pg_catalog.text from pg_catalog.pg_sequence as q where q.seqrelid = s.name::pg_catalog.regclass)
            )
            order by a.attnum
          ) as columns
     from pg_catalog.pg_attribute as a
    cross join lateral pg_catalog.pg_get_serial_sequence(pg_catalog.format('%I.%I', n.nspname, c.relname), a.attname) as s (name)
    where a.attrelid = c.oid
      and a.attnum > 0
      and not a.attisdropped
      and a.attgenerated = ''
 ) as a
  left join lateral (
   select pg_catalog.array_agg(pg_catalog.quote_ident(a.attname)::pg_catalog.text order by p.position) as primary_key
     from pg_catalog.pg_constraint as p_key
    cross join lateral pg_catalog.unnest(p_key.conkey) with ordinality as p (attnum, position)
     join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = p.attnum
    where p_key.conrelid = c.oid
      and p_key.contype = 'p'
 ) as k on true
  left join lateral (
   select pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object(
              'target', pg_catalog.format('%I.%I', tn.nspname, tc.relname),
              'columns', q.columns,
              'targetColumns', q.target_columns,
              'deferrable', k.condeferrable
            )
            order by k.conname
          ) as references
     from reference as k
     join pg_catalog.pg_class as tc on tc.oid = k.confrelid
     join pg_catalog.pg_namespace as tn on tn.oid = tc.relnamespace
    cross join lateral (
      select pg_catalog.jsonb_agg(pg_catalog.quote_ident(mine.attname) order by p.position) as columns,
             pg_catalog.jsonb_agg(pg_catalog.quote_ident(theirs.attname) order by p.position) as target_columns
        from rows from (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) with ordinality as p (own, other, position)
        join pg_catalog.pg_attribute as mine on mine.attrelid = k.conrelid and mine.attnum = p.own
        join pg_catalog.pg_attribute as theirs on theirs.attrelid = k.confrelid and theirs.attnum = p.other
    ) as q
    where k.conrelid = c.oid
 ) as f on true
 -- A partition's rows are read and written through its parent, another child's are its own.
 where not c.relispartition
 order by n.nspname, c.relname
