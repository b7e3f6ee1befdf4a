-- The extensions of the database: installed, declared, and available on the server. $1 declared extensions as jsonb.
select coalesce(e.extname, d.name) as name,
       pg_catalog.quote_ident(coalesce(e.extname, d.name)) as quoted,
       e.extversion as installed,
       d.name is not null as declared,
       d.version as declared_version,
       a.default_version as default_version,
       d.version is null or exists (
         select
           from pg_catalog.pg_available_extension_versions as v
          where v.name = d.name
            and v.version = d.version
       ) as available,
       case
         when e.extversion <> d.version then exists (
           select
             from pg_catalog.pg_extension_update_paths(e.extname) as p
            where p.source = e.extversion
              and p.target = d.version
              and p.path is not null
         )
       end as reachable,
       pg_catalog.pg_get_userbyid(e.extowner) as owner,
       coalesce(pg_catalog.pg_has_role(current_user, e.extowner, 'usage'), false) as alterable
  from pg_catalog.pg_extension as e
  full join pg_catalog.jsonb_to_recordset($1::jsonb) as d (name text, version text) on d.name = e.extname
  left join pg_catalog.pg_available_extensions as a on a.name = coalesce(e.extname, d.name)
 where coalesce(e.extname, d.name) <> 'plpgsql'
 order by 1
