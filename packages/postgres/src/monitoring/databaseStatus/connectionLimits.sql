-- How many sessions does the whole server have, without this one, and how many may it have?
select
    (
        select pg_catalog.count(*)::pg_catalog.int4
        from pg_catalog.pg_stat_activity as activity
        where activity.backend_type = 'client backend' and activity.pid <> pg_catalog.pg_backend_pid()
    ) as used,
    pg_catalog.current_setting('max_connections')::pg_catalog.int4 as maximum,
    pg_catalog.current_setting('superuser_reserved_connections')::pg_catalog.int4
        as "reservedForSuperusers"
