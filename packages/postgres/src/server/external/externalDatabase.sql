-- What is read of the stack's database if it exists. One row. $1 names of the declared schemas.
-- Of the ledger only the size: its relations belong to the owner, and reading their rows would run what the owner has defined.
select array(select e.extname::pg_catalog.text from pg_catalog.pg_extension as e) as installed,
       exists (
         select
           from pg_catalog.pg_proc as p
           join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
          where n.nspname = 'pooler'
            and p.proname = 'user_lookup'
       ) as has_lookup,
       (
         select coalesce(
                  pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object('name', n.nspname, 'owner', pg_catalog.pg_get_userbyid(n.nspowner))
                    order by n.nspname
                  ),
                  '[]'
                )
           from pg_catalog.pg_namespace as n
          where n.nspname = any ($1::pg_catalog.name[])
       ) as schemas,
       exists (
         select
           from pg_catalog.pg_class as c
           join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
          where n.nspname = 'hosterizer'
            and c.relname in ('schema_migrations', 'migration_statements')
            and (c.relkind <> 'r' or pg_catalog.pg_relation_size(c.oid) > 0)
       ) as has_ledger
