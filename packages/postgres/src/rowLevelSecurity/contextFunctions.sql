-- The functions in a schema with all that makes them trustworthy. $1 schema.
select p.proname as name,
       p.prokind as kind,
       pg_catalog.format_type(p.prorettype, null) as returns,
       p.proretset as set,
       p.prosrc as body,
       l.lanname as language,
       p.provolatile as volatility,
       p.proparallel as parallel,
       p.prosecdef as security_definer,
       p.proleakproof as leakproof,
       coalesce(p.proconfig, '{}') as configuration,
       pg_catalog.pg_get_userbyid(p.proowner) as owner,
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
       ) as callers
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
  join pg_catalog.pg_language as l on l.oid = p.prolang
 where n.nspname = $1
   and p.pronargs = 0
 order by p.proname
