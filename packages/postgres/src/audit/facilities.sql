-- Functions of PostgreSQL by which a role can hold up all others, with those that may execute them. $1 names.
select p.proname as name,
       'pg_catalog.' || p.oid::pg_catalog.regprocedure::text as signature,
       pg_catalog.pg_has_role(current_user, p.proowner, 'usage') as alterable,
       (
         select coalesce(pg_catalog.jsonb_agg(distinct e.role), '[]')
           from (
             select case when a.grantee = 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee) end as role
               from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) as a
              where a.grantee <> p.proowner
                and a.privilege_type = 'EXECUTE'
           ) as e
       ) as executors
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
 where n.nspname = 'pg_catalog'
   and p.proname = any ($1::text[])
 order by signature
