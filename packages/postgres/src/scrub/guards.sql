-- What would act on an update of the stored rows, or hide rows from their owner: how to turn each off, and on again as it was.
-- $1: schemas that are left out.
with stored as (
  select c.oid,
         pg_catalog.format('alter table only %I.%I ', n.nspname, c.relname) as alter_table,
         c.relforcerowsecurity as is_forced
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p')
     and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     and n.nspname <> all ($1)
     and not exists (
           select from pg_catalog.pg_depend as d
            where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e'
         )
),
enabling (state, words) as (
  values ('O'::"char", 'enable'), ('R', 'enable replica'), ('A', 'enable always')
)
select s.alter_table || pg_catalog.format('disable trigger %I', t.tgname) as "off",
       s.alter_table || pg_catalog.format('%s trigger %I', e.words, t.tgname) as "on"
  from stored as s
  join pg_catalog.pg_trigger as t on t.tgrelid = s.oid and not t.tgisinternal
  join enabling as e on e.state = t.tgenabled
 union all
select s.alter_table || pg_catalog.format('disable rule %I', r.rulename),
       s.alter_table || pg_catalog.format('%s rule %I', e.words, r.rulename)
  from stored as s
  join pg_catalog.pg_rewrite as r on r.ev_class = s.oid
  join enabling as e on e.state = r.ev_enabled
 union all
select s.alter_table || 'no force row level security', s.alter_table || 'force row level security'
  from stored as s
 where s.is_forced
