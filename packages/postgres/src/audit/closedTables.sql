-- What no grant on the tables of a schema opens to a role that row-level security binds.
--
-- Tables that are reached through another one: partitions of any table, and what is under a tenant table, foreign tables
-- included. Whoever may use the parent needs no privilege on them. A child that is declared itself is none of them.
--
-- And materialized views of tenant tables, over other views too: they keep rows of every tenant, and have no policies.
--
-- $1 tenant tables as jsonb.
with recursive declared as (
  select c.oid
    from pg_catalog.jsonb_to_recordset($1::jsonb) as t (schema text, "table" text)
    join pg_catalog.pg_namespace as n on n.nspname = t.schema
    join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = t."table"
),
family as (
  select oid from declared
  union
  select i.inhrelid
    from family as f
    join pg_catalog.pg_inherits as i on i.inhparent = f.oid
),
reads as materialized (
  select distinct r.ev_class as viewer, d.refobjid as used
    from pg_catalog.pg_depend as d
    join pg_catalog.pg_rewrite as r on r.oid = d.objid
    join pg_catalog.pg_class as c on c.oid = r.ev_class and c.relkind in ('v', 'm')
   where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
     and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and d.refobjid <> r.ev_class
),
viewers as (
  select r.viewer
    from reads as r
    join family as f on f.oid = r.used
  union
  select r.viewer
    from viewers as v
    join reads as r on r.used = v.viewer
)
select c.oid::text as oid
  from pg_catalog.pg_class as c
 where (
         c.relkind in ('r', 'p', 'f')
         and (c.relispartition or c.oid in (select oid from family))
         and c.oid not in (select oid from declared)
       )
    or (c.relkind = 'm' and c.oid in (select viewer from viewers))
