-- Roles with any privilege on a relation ($1) or one of its columns, except its owner and the roles in $2. A null role is PUBLIC.
-- Revoking a privilege on a table revokes it on its columns. Relations whose owner the session does not have the rights of are left.
select distinct r.rolname::text as role
  from pg_catalog.pg_class as c
 cross join lateral (
         select e.grantee from pg_catalog.aclexplode(c.relacl) as e
          union
         select e.grantee
           from pg_catalog.pg_attribute as a
          cross join lateral pg_catalog.aclexplode(a.attacl) as e
          where a.attrelid = c.oid
       ) as u
  left join pg_catalog.pg_roles as r on r.oid = u.grantee
 where c.oid = $1::pg_catalog.regclass
   and pg_catalog.pg_has_role(c.relowner, 'usage')
   and u.grantee <> c.relowner
   and coalesce(r.rolname::text, '') <> all ($2::text[])
