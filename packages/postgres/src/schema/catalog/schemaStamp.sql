-- One value that differs once anything of the schema has changed, without writing down a single definition: what it is made of
-- is compared instead, OIDs and all. Rows that grants and row-level security rewrite too are told by their columns, the others
-- by the transaction that wrote them, because later ones have greater numbers. After a restore it is another value.
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
parts (catalog, number, stamp) as (
  select 'pg_namespace', pg_catalog.count(*), pg_catalog.bit_xor(pg_catalog.hash_record_extended(row(n.oid, n.name), 0))
    from namespaces as n
  union all
  select 'pg_class', pg_catalog.count(*), pg_catalog.bit_xor(r.hash)
    from relations as r
  union all
  select 'toast', pg_catalog.count(*), pg_catalog.bit_xor(pg_catalog.hash_record_extended(row(r.oid, t.reloptions), 0))
    from relations as r
    join pg_catalog.pg_class as t on t.oid = r.toast
   where t.reloptions is not null
  union all
  -- Of columns with privileges of their own too: those are few, and only make the inspection slower.
  select 'pg_attribute', pg_catalog.count(*), pg_catalog.sum(a.xmin::text::int8)
    from pg_catalog.pg_attribute as a
   where a.attnum > 0
     and a.attrelid in (select r.oid from relations as r where r.kind in ('r', 'p', 'f', 'v', 'm', 'c'))
  union all
  select 'pg_attrdef', pg_catalog.count(*), pg_catalog.sum(d.xmin::text::int8)
    from pg_catalog.pg_attrdef as d
   where d.adrelid in (select r.oid from relations as r)
  union all
  select 'pg_constraint', pg_catalog.count(*), pg_catalog.sum(k.xmin::text::int8)
    from pg_catalog.pg_constraint as k
   where k.connamespace in (select n.oid from namespaces as n)
  union all
  select 'pg_index', pg_catalog.count(*), pg_catalog.sum(i.xmin::text::int8)
    from pg_catalog.pg_index as i
   where i.indrelid in (select r.oid from relations as r)
  union all
  select 'pg_inherits', pg_catalog.count(*), pg_catalog.sum(i.xmin::text::int8)
    from pg_catalog.pg_inherits as i
  union all
  select 'pg_trigger', pg_catalog.count(*), pg_catalog.sum(t.xmin::text::int8)
    from pg_catalog.pg_trigger as t
   where t.tgrelid in (select r.oid from relations as r)
  union all
  select 'pg_rewrite', pg_catalog.count(*), pg_catalog.sum(w.xmin::text::int8)
    from pg_catalog.pg_rewrite as w
   where w.ev_class in (select r.oid from relations as r)
  union all
  select 'pg_statistic_ext', pg_catalog.count(*), pg_catalog.sum(s.xmin::text::int8)
    from pg_catalog.pg_statistic_ext as s
  union all
  select 'pg_foreign_table', pg_catalog.count(*), pg_catalog.sum(f.xmin::text::int8)
    from pg_catalog.pg_foreign_table as f
  union all
  select 'pg_sequence', pg_catalog.count(*), pg_catalog.sum(s.xmin::text::int8)
    from pg_catalog.pg_sequence as s
   where s.seqrelid in (select r.oid from relations as r)
  union all
  -- Which column owns a sequence.
  select 'pg_depend',
         pg_catalog.count(*),
         pg_catalog.bit_xor(
           pg_catalog.hash_record_extended(row(d.objid, d.refobjid, d.refobjsubid, d.deptype), 0)
         )
    from pg_catalog.pg_depend as d
   where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and d.deptype in ('a', 'i')
     and d.objid in (select s.seqrelid from pg_catalog.pg_sequence as s)
  union all
  select 'pg_description', pg_catalog.count(*), pg_catalog.sum(d.xmin::text::int8)
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
  select 'pg_proc',
         pg_catalog.count(*),
         pg_catalog.bit_xor(
           pg_catalog.hashtextextended(
             (
               p.oid, p.proname, p.pronamespace, p.prolang, p.procost, p.prorows, p.prosupport, p.prokind, p.prosecdef,
               p.proleakproof, p.proisstrict, p.proretset, p.provolatile, p.proparallel, p.prorettype, p.proargtypes,
               p.proallargtypes, p.proargmodes, p.proargnames, p.proargdefaults, p.prosrc, p.probin, p.prosqlbody,
               p.proconfig
             )::text,
             0
           )
         )
    from pg_catalog.pg_proc as p
    join namespaces as n on n.oid = p.pronamespace
   where n.declared or p.proowner = (select oid from owner)
  union all
  -- An owner is no part of it.
  select 'pg_operator',
         pg_catalog.count(*),
         pg_catalog.bit_xor(
           pg_catalog.hash_record_extended(
             row(
               o.oid, o.oprname, o.oprnamespace, o.oprleft, o.oprright, o.oprresult, o.oprcom, o.oprnegate, o.oprcode::oid,
               o.oprrest::oid, o.oprjoin::oid, o.oprcanhash, o.oprcanmerge
             ),
             0
           )
         )
    from pg_catalog.pg_operator as o
    join namespaces as n on n.oid = o.oprnamespace
  union all
  select 'pg_cast', pg_catalog.count(*), pg_catalog.sum(c.xmin::text::int8)
    from pg_catalog.pg_cast as c
  union all
  select 'pg_aggregate', pg_catalog.count(*), pg_catalog.sum(a.xmin::text::int8)
    from pg_catalog.pg_aggregate as a
  union all
  select 'pg_type',
         pg_catalog.count(*),
         pg_catalog.bit_xor(
           pg_catalog.hashtextextended(
             (
               t.oid, t.typname, t.typnamespace, t.typtype, t.typbasetype, t.typtypmod, t.typcollation, t.typnotnull,
               t.typdefault
             )::text,
             0
           )
         )
    from pg_catalog.pg_type as t
    join namespaces as n on n.oid = t.typnamespace
   where t.typtype in ('e', 'd', 'r')
  union all
  select 'pg_enum', pg_catalog.count(*), pg_catalog.sum(l.xmin::text::int8)
    from pg_catalog.pg_enum as l
  union all
  select 'pg_range', pg_catalog.count(*), pg_catalog.sum(g.xmin::text::int8)
    from pg_catalog.pg_range as g
  union all
  select 'pg_event_trigger', pg_catalog.count(*), pg_catalog.sum(v.xmin::text::int8)
    from pg_catalog.pg_event_trigger as v
)
select pg_catalog.string_agg(
         pg_catalog.concat_ws(' ', catalog, number, stamp), ', ' order by catalog collate "C"
       ) as stamp
  from parts
