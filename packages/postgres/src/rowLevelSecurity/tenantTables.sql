-- How row-level security stands on tenant tables and, where asked for, on everything under them: partitions of every
-- level and other children, which a query can name directly, past the policies of their parent.
-- $1 tables as JSON: schema, table, column. $2 whether to descend.
with recursive declared as (
  select c.oid, d.ordinal, d."column"
    from pg_catalog.jsonb_array_elements($1::pg_catalog.jsonb) with ordinality as e (value, ordinal)
   cross join lateral (
     select e.ordinal, e.value ->> 'schema' as schema, e.value ->> 'table' as "table", e.value ->> 'column' as "column"
   ) as d
    join pg_catalog.pg_namespace as n on n.nspname = d.schema
    join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = d."table"
   where c.relkind in ('r', 'p')
),
family as (
  select oid, ordinal, "column", 0 as level from declared
   union
  select i.inhrelid, f.ordinal, f."column", f.level + 1
    from family as f
    join pg_catalog.pg_inherits as i on i.inhparent = f.oid
   where $2
),
-- A table that several declared ones lead to belongs to the nearest.
member as (
  select distinct on (oid) oid, ordinal, "column", level
    from family
   order by oid, level, ordinal
)
select n.nspname as schema,
       c.relname as "table",
       m."column",
       m.level,
       m.ordinal::pg_catalog.int4 as ordinal,
       pg_catalog.pg_get_userbyid(c.relowner) as owner,
       pg_catalog.pg_has_role(current_user, c.relowner, 'USAGE') as is_ours,
       c.relrowsecurity as enabled,
       c.relforcerowsecurity as forced,
       pg_catalog.format('%I.%I', n.nspname, c.relname) as quoted_table,
       pg_catalog.quote_ident(m."column") as quoted_column,
       pg_catalog.format_type(a.atttypid, null) as column_type,
       coalesce(a.attnotnull, false) as not_null,
       exists (
         select
           from pg_catalog.pg_index as x
           join pg_catalog.pg_class as xc on xc.oid = x.indexrelid
           join pg_catalog.pg_am as am on am.oid = xc.relam
          where x.indrelid = c.oid
            and x.indkey[0] = a.attnum
            and x.indisvalid
            and x.indpred is null
            and am.amname = 'btree'
       ) as indexed,
       exists (
         select
           from pg_catalog.pg_constraint as k
          where k.conrelid = c.oid
            and k.contype = 'f'
            and a.attnum = any (k.conkey)
       ) as refers,
       exists (
         select
           from pg_catalog.pg_constraint as k
          where k.conrelid = c.oid
            and k.contype = 'p'
            and k.conkey = array[a.attnum]
       ) as is_key,
       coalesce(y.policies, '[]') as policies
  from member as m
  join pg_catalog.pg_class as c on c.oid = m.oid
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join pg_catalog.pg_attribute as a
    on a.attrelid = c.oid
   and a.attname = m."column"
   and a.attnum > 0
   and not a.attisdropped
  left join (
    select p.polrelid,
           pg_catalog.jsonb_agg(
             pg_catalog.jsonb_build_object(
               'name', p.polname,
               'command', case p.polcmd
                            when 'r' then 'SELECT'
                            when 'a' then 'INSERT'
                            when 'w' then 'UPDATE'
                            when 'd' then 'DELETE'
                            else 'ALL'
                          end,
               'permissive', p.polpermissive,
               'roles', (
                 select pg_catalog.jsonb_agg(
                          case when r.id = 0 then 'public' else pg_catalog.pg_get_userbyid(r.id) end
                          order by pg_catalog.pg_get_userbyid(r.id) collate "C"
                        )
                   from pg_catalog.unnest(p.polroles) as r (id)
               ),
               'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
               'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
             )
             order by p.polname
           ) as policies
      from pg_catalog.pg_policy as p
     where p.polrelid in (select oid from member)
     group by p.polrelid
  ) as y on y.polrelid = c.oid
 -- PostgreSQL has no row-level security on foreign tables; a temporary one is its session's alone.
 where c.relkind in ('r', 'p')
   and c.relpersistence <> 't'
 order by m.ordinal, m.level, n.nspname, c.relname
