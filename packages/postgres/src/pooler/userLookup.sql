-- What the authenticator may do with the table of verifiers, and whether the session is a superuser's. One row.
-- $1 authenticator.
select (
         select coalesce(
                  pg_catalog.array_agg(
                    e.privilege_type || coalesce(' (' || l.attname || ')', '')
                      || case when e.is_grantable then ' WITH GRANT OPTION' else '' end
                    order by l.attname nulls first, e.privilege_type
                  ),
                  '{}'
                )
           from (
             select null::pg_catalog.name as attname, c.relacl as list
               from pg_catalog.pg_class as c
              where c.oid = 'pg_catalog.pg_authid'::pg_catalog.regclass
             union all
             select a.attname, a.attacl
               from pg_catalog.pg_attribute as a
              where a.attrelid = 'pg_catalog.pg_authid'::pg_catalog.regclass
           ) as l
          cross join lateral pg_catalog.aclexplode(l.list) as e
          where e.grantee = (select oid from pg_catalog.pg_roles where rolname = $1)
       ) as privileges,
       (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as is_superuser
