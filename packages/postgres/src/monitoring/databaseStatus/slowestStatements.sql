-- Which $1 statements of this database take longest on average? Without those of the current role.
select
    statistics.mean_exec_time as "meanMs",
    statistics.calls::pg_catalog.float8 as calls,
    statistics.total_exec_time as "totalMs",
    statistics.rows::pg_catalog.float8 as rows,
    pg_catalog.pg_get_userbyid(statistics.userid) as role,
    statistics.query
from monitoring.pg_stat_statements as statistics
inner join pg_catalog.pg_database as database on database.oid = statistics.dbid
where database.datname = pg_catalog.current_database()
    and statistics.userid <> current_user::pg_catalog.regrole
order by statistics.mean_exec_time desc
limit $1
