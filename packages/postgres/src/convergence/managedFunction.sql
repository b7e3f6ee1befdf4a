-- Every function and procedure in a schema, with everything that decides what it does and who may execute it. Its words are
-- those of CREATE FUNCTION. $1 schema.
select p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')' as signature,
       pg_catalog.pg_get_function_arguments(p.oid) as arguments,
       coalesce(pg_catalog.pg_get_function_result(p.oid), 'nothing') as returns,
       l.lanname as language,
       coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) as body,
       pg_catalog.jsonb_build_object(
         'nullInput', case when p.proisstrict then 'STRICT' else 'CALLED ON NULL INPUT' end,
         'volatility', case p.provolatile when 'i' then 'IMMUTABLE' when 's' then 'STABLE' else 'VOLATILE' end,
         'parallel', case p.proparallel
                       when 's' then 'PARALLEL SAFE'
                       when 'r' then 'PARALLEL RESTRICTED'
                       else 'PARALLEL UNSAFE'
                     end,
         'leakproof', case when p.proleakproof then 'LEAKPROOF' else 'NOT LEAKPROOF' end,
         'security', case when p.prosecdef then 'SECURITY DEFINER' else 'SECURITY INVOKER' end
       ) as attributes,
       coalesce(p.proconfig, '{}') as settings,
       pg_catalog.pg_get_userbyid(p.proowner) as owner,
       pg_catalog.pg_has_role(current_user, p.proowner, 'USAGE') as replaceable,
       (
         select coalesce(
                  pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object('role', e.role, 'grantable', e.grantable)
                    order by e.role
                  ),
                  '[]'
                )
           from (
             select case when a.grantee = 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee) end as role,
                    pg_catalog.bool_or(a.is_grantable) and a.grantee <> p.proowner as grantable
               from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) as a
              group by a.grantee
           ) as e
       ) as executors,
       (
         select coalesce(
                  pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object('schema', tn.nspname, 'table', t.relname, 'policy', y.polname)
                    order by tn.nspname, t.relname, y.polname
                  ),
                  '[]'
                )
           from pg_catalog.pg_policy as y
           join pg_catalog.pg_class as t on t.oid = y.polrelid
           join pg_catalog.pg_namespace as tn on tn.oid = t.relnamespace
          where exists (
                  select
                    from pg_catalog.pg_depend as d
                   where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
                     and d.objid = y.oid
                     and d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                     and d.refobjid = p.oid
                )
       ) as policies
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
  join pg_catalog.pg_language as l on l.oid = p.prolang
 where n.nspname = $1
 order by signature
