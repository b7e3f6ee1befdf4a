-- Settings that sessions start with: of this database, of the declared roles, and of all roles. $1 declared roles.
select d.datname as database,
       r.rolname as role,
       pg_catalog.split_part(c.entry, '=', 1) as name,
       pg_catalog.substr(c.entry, pg_catalog.strpos(c.entry, '=') + 1) as value,
       -- Only superusers may reset a parameter that only superusers may set.
       coalesce(p.context not in ('superuser', 'superuser-backend'), true)
         or me.rolsuper
         or pg_catalog.has_parameter_privilege(current_user, p.name, 'set') as resettable
  from pg_catalog.pg_db_role_setting as s
 cross join lateral pg_catalog.unnest(s.setconfig) as c (entry)
  join pg_catalog.pg_roles as me on me.rolname = current_user
  left join pg_catalog.pg_database as d on d.oid = s.setdatabase
  left join pg_catalog.pg_roles as r on r.oid = s.setrole
  left join pg_catalog.pg_settings as p on pg_catalog.lower(p.name) = pg_catalog.lower(pg_catalog.split_part(c.entry, '=', 1))
 where (s.setdatabase = 0 or d.datname = pg_catalog.current_database())
   and (s.setrole = 0 or r.rolname = any ($1::text[]))
 order by d.datname nulls first, r.rolname nulls first, name
