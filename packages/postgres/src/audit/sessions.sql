-- Sessions of declared roles that may not log in, which began before that. $1 declared roles without LOGIN.
select r.rolname as role,
       pg_catalog.count(*)::int4 as sessions,
       pg_catalog.pg_has_role(r.oid, 'usage')
         or pg_catalog.pg_has_role('pg_signal_backend', 'usage') as endable,
       d.rolcreaterole as may_join
  from pg_catalog.pg_stat_activity as a
  join pg_catalog.pg_roles as r on r.oid = a.usesysid
 cross join (select rolcreaterole from pg_catalog.pg_roles where rolname = current_user) as d
 where r.rolname = any ($1::text[])
   and not r.rolcanlogin
   and a.pid <> pg_catalog.pg_backend_pid()
 group by r.oid, r.rolname, d.rolcreaterole
 order by r.rolname
