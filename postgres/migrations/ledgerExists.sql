select pg_catalog.to_regclass('hosterizer.migration_statements') is not null as "exists"
