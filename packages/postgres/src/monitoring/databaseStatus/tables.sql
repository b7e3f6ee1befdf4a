-- How large is each table, and how many rows does it have?
select
    statistics.schemaname as schema,
    statistics.relname as table,
    case
        -- Set by the last vacuum or analyze, and updated since.
        when
            coalesce(
                statistics.last_analyze,
                statistics.last_autoanalyze,
                statistics.last_vacuum,
                statistics.last_autovacuum
            ) is not null
            then statistics.n_live_tup
        -- A crash reset the counters: estimate as the planner does, rows per page times pages.
        when class.reltuples >= 0 and class.relpages > 0
            then
                class.reltuples / class.relpages
                * pg_catalog.pg_relation_size(class.oid)
                / pg_catalog.current_setting('block_size')::pg_catalog.float8
        when statistics.n_live_tup > 0 or pg_catalog.pg_relation_size(class.oid) = 0
            then statistics.n_live_tup
        -- Otherwise unknown until the next analyze.
    end::pg_catalog.float8 as "estimatedRows",
    statistics.n_dead_tup::pg_catalog.float8 as "deadRows",
    -- With TOAST, without indexes.
    pg_catalog.pg_table_size(class.oid)::pg_catalog.float8 as "tableBytes",
    pg_catalog.pg_indexes_size(class.oid)::pg_catalog.float8 as "indexBytes",
    pg_catalog.pg_total_relation_size(class.oid)::pg_catalog.float8 as "totalBytes",
    statistics.seq_scan::pg_catalog.float8 as "sequentialScans",
    coalesce(statistics.idx_scan, 0)::pg_catalog.float8 as "indexScans",
    greatest(statistics.last_vacuum, statistics.last_autovacuum) as "vacuumedAt",
    greatest(statistics.last_analyze, statistics.last_autoanalyze) as "analyzedAt"
from pg_catalog.pg_stat_user_tables as statistics
inner join pg_catalog.pg_class as class on class.oid = statistics.relid
order by "totalBytes" desc, schema, "table"
