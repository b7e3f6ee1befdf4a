-- Lines of the settings files that the server cannot read or apply. A value that waits for a restart is not a fault, and
-- the server reports entries of ALTER SYSTEM as that.
-- https://www.postgresql.org/docs/15/view-pg-file-settings.html
select f.sourcefile as file, f.sourceline as line, f.name, f.error
  from pg_catalog.pg_file_settings f
  left join pg_catalog.pg_settings s on pg_catalog.lower(s.name) = pg_catalog.lower(f.name)
 where f.error is not null
   and s.context is distinct from 'postmaster'
   and (f.name is null
        or f.sourcefile <> pg_catalog.current_setting('data_directory') || '/postgresql.auto.conf')
 order by f.sourcefile, f.sourceline
