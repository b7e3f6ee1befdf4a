-- One value that changes once anything of the schema has changed, without printing a single definition: it is computed from the
-- catalog rows themselves, OIDs and all. Rows that grants and row-level security rewrite too are compared by their columns, the
-- others by the transaction that wrote them, because later transactions have greater numbers. A restore changes the value.
with namespaces as materialized (
  select n.oid,
         n.nspname as name,
         n.nspname = any (:schemas) as declared
    from pg_catalog.pg_namespace as n
   where n.nspname !~ '^pg_'
     and n.nspname <> 'information_schema'
     and n.nspname <> all (:elsewhere)
),
owner as materialized (
  select r.oid
    from pg_catalog.pg_roles as r
   where r.rolname = :owner
),
relations as materialized (
  select c.oid,
         c.relkind as kind,
         c.reltoastrelid as toast,
         pg_catalog.hash_record_extended(
           row(
             c.oid, c.relname, c.relnamespace, c.relkind, c.relpersistence, c.reloptions, c.reloftype, c.relam,
             c.relispartition, c.relreplident, c.relpartbound::text
           ),
           0
         ) as hash
    from pg_catalog.pg_class as c
    join namespaces as n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S', 'c', 'i', 'I')
     and (n.declared or c.relowner = (select oid from owner))
),
-- Rows that are compared by the transaction that wrote them.
written (catalog, transaction) as (
  -- A catalog without rows in scope counts 0.
  select c.oid, null
    from pg_catalog.pg_class as c
   where c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace
     and c.relname in (
       'pg_aggregate', 'pg_attrdef', 'pg_attribute', 'pg_cast', 'pg_constraint', 'pg_description', 'pg_enum',
       'pg_event_trigger', 'pg_foreign_table', 'pg_index', 'pg_inherits', 'pg_range', 'pg_rewrite', 'pg_sequence',
       'pg_statistic_ext', 'pg_trigger'
     )
  union all
  -- Privileges on a column rewrite its row too. Those are few, and only make the inspection slower.
  select a.tableoid, a.xmin
    from pg_catalog.pg_attribute as a
   where a.attnum > 0
     and a.attrelid in (select r.oid from relations as r where r.kind in ('r', 'p', 'f', 'v', 'm', 'c'))
  union all
  select d.tableoid, d.xmin
    from pg_catalog.pg_attrdef as d
   where d.adrelid in (select r.oid from relations as r)
  union all
  select k.tableoid, k.xmin
    from pg_catalog.pg_constraint as k
   where k.connamespace in (select n.oid from namespaces as n)
  union all
  select i.tableoid, i.xmin
    from pg_catalog.pg_index as i
   where i.indrelid in (select r.oid from relations as r)
  union all
  select i.tableoid, i.xmin
    from pg_catalog.pg_inherits as i
  union all
  select t.tableoid, t.xmin
    from pg_catalog.pg_trigger as t
   where t.tgrelid in (select r.oid from relations as r)
  union all
  select w.tableoid, w.xmin
    from pg_catalog.pg_rewrite as w
   where w.ev_class in (select r.oid from relations as r)
  union all
  select s.tableoid, s.xmin
    from pg_catalog.pg_statistic_ext as s
  union all
  select f.tableoid, f.xmin
    from pg_catalog.pg_foreign_table as f
  union all
  select s.tableoid, s.xmin
    from pg_catalog.pg_sequence as s
   where s.seqrelid in (select r.oid from relations as r)
  union all
  select d.tableoid, d.xmin
    from pg_catalog.pg_description as d
   where case d.classoid
           when 'pg_catalog.pg_class'::pg_catalog.regclass then d.objoid in (select r.oid from relations as r)
           when 'pg_catalog.pg_namespace'::pg_catalog.regclass then d.objoid in (select n.oid from namespaces as n)
           when 'pg_catalog.pg_proc'::pg_catalog.regclass
             then d.objoid in (
               select p.oid
                 from pg_catalog.pg_proc as p
                where p.pronamespace in (select n.oid from namespaces as n)
             )
           else d.classoid in (
             'pg_catalog.pg_constraint'::pg_catalog.regclass,
             'pg_catalog.pg_trigger'::pg_catalog.regclass,
             'pg_catalog.pg_rewrite'::pg_catalog.regclass,
             'pg_catalog.pg_type'::pg_catalog.regclass,
             'pg_catalog.pg_operator'::pg_catalog.regclass,
             'pg_catalog.pg_cast'::pg_catalog.regclass,
             'pg_catalog.pg_statistic_ext'::pg_catalog.regclass,
             'pg_catalog.pg_event_trigger'::pg_catalog.regclass
           )
         end
  union all
  select c.tableoid, c.xmin
    from pg_catalog.pg_cast as c
  union all
  select a.tableoid, a.xmin
    from pg_catalog.pg_aggregate as a
  union all
  select l.tableoid, l.xmin
    from pg_catalog.pg_enum as l
  union all
  select g.tableoid, g.xmin
    from pg_catalog.pg_range as g
  union all
  select v.tableoid, v.xmin
    from pg_catalog.pg_event_trigger as v
),
-- Rows that are compared by their columns, without owners and privileges.
hashed (catalog, hash) as (
  select pg_catalog.unnest(array['pg_class', 'pg_depend', 'pg_namespace', 'pg_operator', 'pg_proc', 'pg_type', 'toast']), null
  union all
  select 'pg_namespace', pg_catalog.hash_record_extended(row(n.oid, n.name), 0)
    from namespaces as n
  union all
  select 'pg_class', r.hash
    from relations as r
  union all
  select 'toast', pg_catalog.hash_record_extended(row(r.oid, t.reloptions), 0)
    from relations as r
    join pg_catalog.pg_class as t on t.oid = r.toast
   where t.reloptions is not null
  union all
  -- Which column owns a sequence.
  select 'pg_depend', pg_catalog.hash_record_extended(row(d.objid, d.refobjid, d.refobjsubid, d.deptype), 0)
    from pg_catalog.pg_depend as d
   where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and d.deptype in ('a', 'i')
     and d.objid in (select s.seqrelid from pg_catalog.pg_sequence as s)
  union all
  select 'pg_proc',
         pg_catalog.hashtextextended(
           (
             p.oid, p.proname, p.pronamespace, p.prolang, p.procost, p.prorows, p.prosupport, p.prokind, p.prosecdef,
             p.proleakproof, p.proisstrict, p.proretset, p.provolatile, p.proparallel, p.prorettype, p.proargtypes,
             p.proallargtypes, p.proargmodes, p.proargnames, p.proargdefaults, p.prosrc, p.probin, p.prosqlbody,
             p.proconfig
           )::text,
           0
         )
    from pg_catalog.pg_proc as p
    join namespaces as n on n.oid = p.pronamespace
   where n.declared or p.proowner = (select oid from owner)
  union all
  select 'pg_operator',
         pg_catalog.hash_record_extended(
           row(
             o.oid, o.oprname, o.oprnamespace, o.oprleft, o.oprright, o.oprresult, o.oprcom, o.oprnegate, o.oprcode::oid,
             o.oprrest::oid, o.oprjoin::oid, o.oprcanhash, o.oprcanmerge
           ),
           0
         )
    from pg_catalog.pg_operator as o
    join namespaces as n on n.oid = o.oprnamespace
  union all
  select 'pg_type',
         pg_catalog.hashtextextended(
           (
             t.oid, t.typname, t.typnamespace, t.typtype, t.typbasetype, t.typtypmod, t.typcollation, t.typnotnull,
             t.typdefault
           )::text,
           0
         )
    from pg_catalog.pg_type as t
    join namespaces as n on n.oid = t.typnamespace
   where t.typtype in ('e', 'd', 'r')
),
parts (catalog, number, stamp) as (
  select catalog::pg_catalog.regclass::text, pg_catalog.count(transaction), pg_catalog.sum(transaction::text::int8)
    from written
   group by catalog
  union all
  select catalog, pg_catalog.count(hash), pg_catalog.bit_xor(hash)
    from hashed
   group by catalog
)
select pg_catalog.string_agg(
         pg_catalog.concat_ws(' ', catalog, number, stamp), ', ' order by catalog collate "C"
       ) as stamp
  from parts
