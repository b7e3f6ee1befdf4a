-- Roles other than its owner that may execute a function or a procedure ($1). A null role is PUBLIC.
select pg_catalog.pg_has_role(p.proowner, 'usage') as revocable,
       array(
         select distinct r.rolname::text
           from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) as e
           left join pg_catalog.pg_roles as r on r.oid = e.grantee
          where e.grantee <> p.proowner
       ) as roles
  from pg_catalog.pg_proc as p
 where p.oid = $1::pg_catalog.regprocedure
