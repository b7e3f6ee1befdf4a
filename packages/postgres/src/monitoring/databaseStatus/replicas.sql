-- Which servers replicate this one, and how far do they lag?
select
    replication.application_name as name,
    pg_catalog.host(replication.client_addr) as address,
    replication.state,
    replication.sync_state as "syncState",
    pg_catalog.pg_wal_lsn_diff(
        case
            when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_receive_lsn()
            else pg_catalog.pg_current_wal_lsn()
        end,
        replication.replay_lsn
    )::pg_catalog.float8 as "lagBytes",
    -- Null when there is nothing to replay.
    extract(epoch from replication.replay_lag)::pg_catalog.float8 as "lagSeconds"
from pg_catalog.pg_stat_replication as replication
order by name, address
