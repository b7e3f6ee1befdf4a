-- The settings with these names as the running server has them, and every other setting that ALTER SYSTEM has written,
-- in force or not, or that waits for a restart. $1 names.
-- https://www.postgresql.org/docs/15/view-pg-file-settings.html
with automatic as (
  select pg_catalog.current_setting('data_directory') || '/postgresql.auto.conf' as file
), files as (
  select pg_catalog.lower(f.name) as name, f.setting, f.seqno, f.sourcefile = a.file as by_alter_system
    from pg_catalog.pg_file_settings f, automatic a
   where f.name is not null
), settings as (
  select pg_catalog.lower(s.name) as name, s.vartype, coalesce(s.unit, '') as unit, s.pending_restart,
         s.sourcefile is not distinct from a.file as from_alter_system,
         s.sourcefile is not null as from_file,
         -- Values that this session began with hide those of other sessions.
         case when s.source in ('database', 'user', 'database user', 'client', 'session')
              then coalesce((select f.setting from files f where f.name = pg_catalog.lower(s.name)
                              order by f.seqno desc limit 1), s.boot_val)
              else s.setting end as value
    from pg_catalog.pg_settings s, automatic a
), names as (
  select pg_catalog.unnest($1::pg_catalog.text[]) as name
  union
  select f.name from files f where f.by_alter_system
  union
  select s.name from settings s where s.pending_restart or s.from_alter_system
)
select n.name, s.value, s.vartype as type, s.unit,
       coalesce(s.pending_restart, false) as pending_restart,
       coalesce(s.from_alter_system, false) as from_alter_system,
       coalesce(s.from_file, false) as from_file,
       (select f.setting from files f where f.name = n.name and f.by_alter_system
         order by f.seqno desc limit 1) as override,
       (select f.setting from files f where f.name = n.name
         order by f.seqno desc limit 1) as in_files
  from names n
  left join settings s on s.name = n.name
 order by n.name
