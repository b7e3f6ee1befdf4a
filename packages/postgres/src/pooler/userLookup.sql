-- The function by which the pooler looks up verifiers, who may execute it, and what its owner-to-be may do with the table
-- that it reads. One row. $1 schema, $2 authenticator.
select (
         select pg_catalog.jsonb_build_object(
                  'arguments', pg_catalog.pg_get_function_arguments(p.oid),
                  'result', coalesce(pg_catalog.pg_get_function_result(p.oid), 'nothing'),
                  'language', l.lanname,
                  'body', coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc),
                  'attributes', array[
                      case when p.proisstrict then 'STRICT' else 'CALLED ON NULL INPUT' end,
                      case p.provolatile when 'i' then 'IMMUTABLE' when 's' then 'STABLE' else 'VOLATILE' end,
                      case p.proparallel
                        when 's' then 'PARALLEL SAFE'
                        when 'r' then 'PARALLEL RESTRICTED'
                        else 'PARALLEL UNSAFE'
                      end,
                      case when p.proleakproof then 'LEAKPROOF' else 'NOT LEAKPROOF' end,
                      case when p.prosecdef then 'SECURITY DEFINER' else 'SECURITY INVOKER' end,
                      coalesce(
                        (
                          select 'SET ' || pg_catalog.string_agg(s.setting, ' SET ' order by s.position)
                            from pg_catalog.unnest(p.proconfig) with ordinality as s (setting, position)
                        ),
                        'no SET'
                      )
                  ],
                  'owner', pg_catalog.pg_get_userbyid(p.proowner),
                  'executors', (
                    select coalesce(
                             pg_catalog.jsonb_agg(
                               pg_catalog.jsonb_build_object('role', e.role, 'grantable', e.grantable)
                               order by e.role
                             ),
                             '[]'
                           )
                      from (
                        select case when a.grantee = 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee) end as role,
                               pg_catalog.bool_or(a.is_grantable) as grantable
                          from pg_catalog.aclexplode(
                                 coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))
                               ) as a
                         where a.grantee <> p.proowner
                         group by a.grantee
                      ) as e
                  )
                )
           from pg_catalog.pg_proc as p
           join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
           join pg_catalog.pg_language as l on l.oid = p.prolang
          where n.nspname = $1
            and p.proname = 'user_lookup'
            and p.proargtypes::text = 'pg_catalog.name'::pg_catalog.regtype::pg_catalog.oid::text
       ) as function,
       (
         select coalesce(
                  pg_catalog.array_agg(
                    e.privilege_type || coalesce(' (' || l.attname || ')', '')
                      || case when e.is_grantable then ' WITH GRANT OPTION' else '' end
                    order by l.attname nulls first, e.privilege_type
                  ),
                  '{}'
                )
           from (
             select null::name as attname, c.relacl as list
               from pg_catalog.pg_class as c
              where c.oid = 'pg_catalog.pg_authid'::pg_catalog.regclass
             union all
             select a.attname, a.attacl
               from pg_catalog.pg_attribute as a
              where a.attrelid = 'pg_catalog.pg_authid'::pg_catalog.regclass
           ) as l
          cross join lateral pg_catalog.aclexplode(l.list) as e
          where e.grantee = (select oid from pg_catalog.pg_roles where rolname = $2)
       ) as privileges,
       (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as by_superuser
