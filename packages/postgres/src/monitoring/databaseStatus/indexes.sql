-- How large is each index, and how often is it used?
select
    statistics.schemaname as schema,
    statistics.relname as table,
    statistics.indexrelname as index,
    statistics.idx_scan::pg_catalog.float8 as scans,
    statistics.idx_tup_read::pg_catalog.float8 as "entriesRead",
    statistics.idx_tup_fetch::pg_catalog.float8 as "rowsFetched",
    pg_catalog.pg_relation_size(statistics.indexrelid)::pg_catalog.float8 as "sizeBytes",
    -- These enforce constraints even if no query reads them.
    index.indisunique or index.indisexclusion as "isConstraint",
    index.indisvalid as "isValid"
from pg_catalog.pg_stat_user_indexes as statistics
inner join pg_catalog.pg_index as index on index.indexrelid = statistics.indexrelid
order by scans desc, "sizeBytes" desc, schema, "table", index
