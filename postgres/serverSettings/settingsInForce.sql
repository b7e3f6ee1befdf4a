-- Settings as the running server has them, and what ALTER SYSTEM has written for them or for any other.
-- https://www.postgresql.org/docs/15/view-pg-file-settings.html
select pg_catalog.lower(s.name) as name, s.setting as value, false as by_alter_system
  from pg_catalog.pg_settings s
 where pg_catalog.lower(s.name) = any ($1::pg_catalog.text[])
union all
select pg_catalog.lower(f.name), f.setting, true
  from pg_catalog.pg_file_settings f
 where f.sourcefile = pg_catalog.current_setting('data_directory') || '/postgresql.auto.conf'
 order by name
