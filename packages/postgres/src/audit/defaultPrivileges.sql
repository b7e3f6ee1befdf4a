-- Default privileges, those that future objects will have, that are not declared.
--
-- $1 owner, $2 declared roles, $3 the stack's schemas, $4 declared grants as jsonb.
with declared as (
  select case when g.role = 'public' then 0 else r.oid end as grantee, g.schema, p.privilege,
         case g."on" when 'tables' then 'r' else 'S' end as type
    from pg_catalog.jsonb_to_recordset($4::jsonb) as g (role text, "on" text, schema text, bound boolean, privileges jsonb)
    left join pg_catalog.pg_roles as r on r.rolname = g.role
   cross join lateral pg_catalog.jsonb_array_elements_text(g.privileges) as p (privilege)
   where g."on" in ('tables', 'sequences')
     -- Row-level security binds these: they are granted after a table has its policies, not when it is created.
     and not coalesce(g.bound, false)
),
us as (
  select oid, rolname from pg_catalog.pg_roles where rolname = any ($2::text[])
),
entries as (
  select d.defaclrole as creator, n.nspname as schema, d.defaclobjtype as type,
         e.grantee, e.privilege_type, e.is_grantable,
         d.defaclrole in (select oid from us) or coalesce(n.nspname = any ($3::text[]), false) as ours
    from pg_catalog.pg_default_acl as d
    left join pg_catalog.pg_namespace as n on n.oid = d.defaclnamespace
   cross join lateral pg_catalog.aclexplode(d.defaclacl) as e
   where e.grantee <> d.defaclrole
)
select pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(e.creator)) as creator,
       pg_catalog.quote_ident(e.schema) as schema,
       case e.type
         when 'r' then 'tables'
         when 'S' then 'sequences'
         when 'f' then 'functions'
         when 'T' then 'types'
         else 'schemas'
       end as objects,
       case when e.grantee = 0 then 'PUBLIC' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(e.grantee)) end as grantee,
       e.privilege_type as privilege,
       d.grantee is not null as allowed,
       e.ours,
       pg_catalog.pg_has_role(current_user, e.creator, 'usage') as revocable
  from entries as e
  left join declared as d
    on d.grantee = e.grantee
   and d.schema = e.schema
   and d.type = e.type::text
   and d.privilege = e.privilege_type
   and pg_catalog.pg_get_userbyid(e.creator) = $1
 where (e.ours or e.grantee in (select oid from us))
   and (d.grantee is null or e.is_grantable)
   -- An entry for all schemas is the whole list, including the built-in default.
   and not (
     e.schema is null
     and exists (
       select
         from pg_catalog.aclexplode(
                pg_catalog.acldefault(case e.type when 'S' then 's' else e.type end, e.creator)
              ) as b
        where b.grantee = e.grantee and b.privilege_type = e.privilege_type and not e.is_grantable
     )
   )
 order by creator, schema nulls first, objects, grantee, privilege
