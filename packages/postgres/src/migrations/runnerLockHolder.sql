-- The session that holds the runner lock. $1 and $2 are the two halves of its key.
select activity.pid, activity.application_name as "applicationName", activity.backend_start as since
from pg_catalog.pg_locks as lock
inner join pg_catalog.pg_stat_activity as activity on activity.pid = lock.pid
inner join pg_catalog.pg_database as database on database.oid = lock.database
where lock.locktype = 'advisory'
    and lock.granted
    and lock.classid = $1::pg_catalog.oid
    and lock.objid = $2::pg_catalog.oid
    and lock.objsubid = 2
    and database.datname = pg_catalog.current_database()
