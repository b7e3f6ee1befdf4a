-- Which server is this, and what is its state?
select
    pg_catalog.current_setting('server_version') as version,
    pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as "versionNumber",
    pg_catalog.pg_postmaster_start_time() as "startedAt",
    extract(epoch from pg_catalog.now() - pg_catalog.pg_postmaster_start_time())::pg_catalog.float8
        as "uptimeSeconds",
    -- Null for a role that may not read it.
    (
        select settings.setting
        from pg_catalog.pg_settings as settings
        where settings.name = 'data_directory'
    ) as "dataDirectory",
    pg_catalog.pg_is_in_recovery() as "isReplica",
    -- With nothing to replay there is no delay, however long ago the last transaction was.
    case
        when not pg_catalog.pg_is_in_recovery() then null
        when pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn() then 0
        else extract(epoch from pg_catalog.now() - pg_catalog.pg_last_xact_replay_timestamp())
    end::pg_catalog.float8 as "replayDelaySeconds",
    -- While the last attempt to archive a segment has failed: for how long none has been archived.
    (
        select extract(epoch from pg_catalog.now() - coalesce(archiver.last_archived_time, archiver.stats_reset))
        from pg_catalog.pg_stat_archiver as archiver
        where archiver.last_failed_time > coalesce(archiver.last_archived_time, '-infinity')
    )::pg_catalog.float8 as "unarchivedSeconds"
