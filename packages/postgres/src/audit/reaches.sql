-- What others created that reaches this stack's data: foreign keys, publications, subscriptions and logins.
--
-- $1 declared roles, $2 the stack's schemas, $3 tenant tables as jsonb, $4 roles of the server's provider.
with recursive ours as materialized (
  select c.oid
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p')
     and (n.nspname = any ($2::text[]) or pg_catalog.pg_get_userbyid(c.relowner) = any ($1::text[]))
),
tenant_tables as (
  select c.oid
    from pg_catalog.jsonb_to_recordset($3::jsonb) as t (schema text, "table" text)
    join pg_catalog.pg_namespace as n on n.nspname = t.schema
    join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = t."table"
  union
  select i.inhrelid
    from tenant_tables as t
    join pg_catalog.pg_inherits as i on i.inhparent = t.oid
),
published as (
  select p.pubname, t.oid as relid
    from pg_catalog.pg_publication as p
   cross join tenant_tables as t
   where p.puballtables
      or t.oid in (select r.prrelid from pg_catalog.pg_publication_rel as r where r.prpubid = p.oid)
      or exists (
           select
             from pg_catalog.pg_publication_namespace as s
             join pg_catalog.pg_class as c on c.relnamespace = s.pnnspid
            where s.pnpubid = p.oid
              and c.oid = t.oid
         )
)
select 'foreign key of others' as kind,
       pg_catalog.format('foreign key %I on %s', k.conname, k.conrelid::pg_catalog.regclass) as object,
       pg_catalog.format('a reference to %s', k.confrelid::pg_catalog.regclass) as found
  from pg_catalog.pg_constraint as k
 where k.contype = 'f'
   and k.conparentid = 0
   and k.confrelid in (select oid from ours)
   and k.conrelid not in (select oid from ours)
union all
select 'publication',
       pg_catalog.format('publication %I', pubname),
       'changes of ' || pg_catalog.string_agg(relid::pg_catalog.regclass::text, ', ' order by relid::pg_catalog.regclass::text)
  from published
 group by pubname
union all
select 'subscription',
       pg_catalog.format('subscription %I', s.subname),
       'subscription of ' || pg_catalog.array_to_string(s.subpublications, ', ')
  from pg_catalog.pg_subscription as s
 where s.subdbid = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
union all
select 'login past row-level security',
       pg_catalog.format('role %I', r.rolname),
       pg_catalog.concat_ws(
         ' ', 'LOGIN',
         case when r.rolsuper then 'SUPERUSER' end,
         case when r.rolbypassrls then 'BYPASSRLS' end
       )
  from pg_catalog.pg_roles as r
 where r.rolcanlogin
   and (r.rolsuper or r.rolbypassrls)
   and r.oid <> 10
   and r.rolname <> current_user
   and r.rolname <> all ($1::text[])
   and r.rolname <> all ($4::text[])
 order by 1, 2
