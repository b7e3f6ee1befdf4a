-- How large is this database, and what do its counters say?
select
    statistics.datname as name,
    pg_catalog.pg_database_size(statistics.datid)::pg_catalog.float8 as "sizeBytes",
    -- Null before the first read.
    (statistics.blks_hit / nullif(statistics.blks_hit + statistics.blks_read, 0)::pg_catalog.float8)
        as "cacheHitRatio",
    statistics.xact_commit::pg_catalog.float8 as commits,
    statistics.xact_rollback::pg_catalog.float8 as rollbacks,
    statistics.deadlocks::pg_catalog.float8 as deadlocks,
    statistics.temp_bytes::pg_catalog.float8 as "temporaryBytes",
    -- A crash resets all counters, and only the server-wide statistics record when.
    coalesce(statistics.stats_reset, writer.stats_reset) as "countedSince"
from pg_catalog.pg_stat_database as statistics
cross join pg_catalog.pg_stat_bgwriter as writer
where statistics.datname = pg_catalog.current_database()
