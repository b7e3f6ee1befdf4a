-- Which sessions does the server have, without this one, and what are they doing?
select
    activity.usename as role,
    activity.datname as database,
    activity.state,
    pg_catalog.count(*)::pg_catalog.int4 as sessions,
    (pg_catalog.count(*) filter (where activity.wait_event_type = 'Lock'))::pg_catalog.int4 as "waitingForLock",
    extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.min(activity.xact_start))::pg_catalog.float8
        as "oldestTransactionSeconds"
from pg_catalog.pg_stat_activity as activity
where activity.backend_type = 'client backend' and activity.pid <> pg_catalog.pg_backend_pid()
group by activity.usename, activity.datname, activity.state
order by sessions desc, role, database, state
