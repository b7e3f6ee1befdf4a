-- The functions in a schema with all that makes them trustworthy. $1 schema.
select p.proname as name,
       pg_catalog.format_type(p.prorettype, null) as returns,
       p.prosrc as body,
       l.lanname as language,
       p.provolatile as volatility,
       p.proparallel as parallel,
       p.prosecdef as security_definer,
       coalesce(p.proconfig, '{}') as configuration,
       pg_catalog.pg_get_userbyid(p.proowner) as owner,
       pg_catalog.pg_get_function_identity_arguments(p.oid) as arguments,
       (
         select coalesce(
                  pg_catalog.jsonb_agg(
                    case when a.grantee = 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee) end
                  ),
                  '[]'
                )
           from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) as a
          where a.grantee <> p.proowner
       ) as executors
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
  join pg_catalog.pg_language as l on l.oid = p.prolang
 where n.nspname = $1
 order by p.proname
