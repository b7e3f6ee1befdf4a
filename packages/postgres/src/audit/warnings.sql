-- The server's version, and extensions older than the server's default. $1 extensions whose version is declared.
select pg_catalog.current_setting('server_version_num')::int4 as version_number,
       pg_catalog.current_setting('server_version') as version,
       coalesce(
         (
           select pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object(
                      'name', a.name,
                      'installed', a.installed_version,
                      'available', a.default_version
                    )
                    order by a.name
                  )
             from pg_catalog.pg_available_extensions as a
            where a.installed_version <> a.default_version
              and a.name <> all ($1::text[])
         ),
         '[]'
       ) as extensions
