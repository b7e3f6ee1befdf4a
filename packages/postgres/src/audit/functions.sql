-- SECURITY DEFINER functions that run with their caller's search_path, or with one that contains "$user".
--
-- Members of an extension are left out only if a superuser owns them, because an extension's script created those: an
-- ordinary owner can add functions to an extension with ALTER EXTENSION … ADD.
--
-- $1 declared roles, $2 the stack's schemas.
select case p.prokind when 'p' then 'procedure' else 'function' end || ' ' || p.oid::pg_catalog.regprocedure::text as object,
       p.oid::pg_catalog.regprocedure::text as name,
       pg_catalog.quote_ident(n.nspname) as schema,
       (
         select pg_catalog.substr(c.setting, 13)
           from pg_catalog.unnest(p.proconfig) as c (setting)
          where c.setting like 'search\_path=%'
       ) as search_path,
       pg_catalog.pg_get_userbyid(p.proowner) as owner,
       pg_catalog.pg_has_role(current_user, p.proowner, 'usage') as alterable
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
 where p.prosecdef
   and (n.nspname = any ($2::text[]) or pg_catalog.pg_get_userbyid(p.proowner) = any ($1::text[]))
   and n.nspname !~ '^pg_temp_'
   and not exists (
     select
       from pg_catalog.unnest(p.proconfig) as c (setting)
      where c.setting like 'search\_path=%'
        and c.setting not like '%$user%'
   )
   and not exists (
     select
       from pg_catalog.pg_depend as d
      where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
        and d.objid = p.oid
        and d.deptype = 'e'
        and exists (
          select from pg_catalog.pg_roles as s where s.oid = p.proowner and s.rolsuper
        )
   )
 order by object
