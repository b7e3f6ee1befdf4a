-- The latest record, if the ledger's last migration and the format are the same. A half-applied file without a transaction has
-- changed the schema and is not in the ledger yet; until it is, no record is current.
select r.stamp
  from hosterizer.schema_records as r
 where not exists (select from hosterizer.migration_statements)
   and r.id = (select pg_catalog.max(id) from hosterizer.schema_records)
   and r.format = :format
   and r.version = (
     select coalesce(pg_catalog.max(pg_catalog.left(l.name, 6)::integer), 0)
       from hosterizer.schema_migrations as l
   )
