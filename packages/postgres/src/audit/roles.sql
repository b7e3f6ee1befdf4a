-- Attributes of the declared roles. $1 declared roles.
select r.rolname as name,
       r.rolsuper as superuser,
       r.rolbypassrls as bypasses,
       r.rolcreaterole as creates_roles,
       r.rolcreatedb as creates_databases,
       r.rolreplication as replicates,
       r.rolcanlogin as login,
       r.rolinherit as inherits,
       r.rolconnlimit as connection_limit,
       nullif(r.rolvaliduntil, 'infinity')::text as valid_until,
       coalesce(r.rolvaliduntil < pg_catalog.now(), false) as expired,
       me.rolsuper as by_superuser
  from pg_catalog.pg_roles as r
  join pg_catalog.pg_roles as me on me.rolname = current_user
 where r.rolname = any ($1::text[])
 order by r.rolname
