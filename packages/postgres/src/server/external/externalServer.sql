-- What is read of an existing server before anything in it changes. One row. $1 name of the stack's database, $2 names of the
-- declared extensions, $3 names of the declared roles, $4 the database's declared owner, $5 the role whose comment records drills.
select pg_catalog.current_setting('server_version_num')::int4 as version_number,
       pg_catalog.current_setting('server_version') as version,
       pg_catalog.current_setting('max_connections')::int4
         - pg_catalog.current_setting('superuser_reserved_connections')::int4 as connections,
       pg_catalog.current_setting('wal_level') as wal_level,
       pg_catalog.current_setting('data_checksums') = 'on' as checksums,
       -- Null unless the role is a superuser or a member of pg_read_all_settings.
       (
         select s.setting
           from pg_catalog.pg_settings as s
          where s.name = 'shared_preload_libraries'
       ) as preloaded,
       r.rolsuper as superuser,
       r.rolcreaterole as creates_roles,
       r.rolcreatedb as creates_databases,
       -- Providers' groups of roles that may do more than others without being superusers.
       exists (
         select
           from pg_catalog.pg_roles as g
          where g.rolname in ('rds_superuser', 'cloudsqlsuperuser', 'alloydbsuperuser', 'azure_pg_admin')
            and pg_catalog.pg_has_role(g.oid, 'member')
       ) as privileged,
       (
         select pg_catalog.jsonb_build_object(
                  'encoding', pg_catalog.pg_encoding_to_char(d.encoding),
                  'collation', d.datcollate,
                  'ctype', d.datctype,
                  'owner', pg_catalog.pg_get_userbyid(d.datdba)
                )
           from pg_catalog.pg_database as d
          where d.datname = $1
       ) as database,
       (
         select coalesce(
                  pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object('name', a.name, 'trusted', v.trusted)
                    order by a.name
                  ),
                  '[]'
                )
           from pg_catalog.pg_available_extensions as a
           join pg_catalog.pg_available_extension_versions as v
             on v.name = a.name
            and v.version = a.default_version
          where a.name = any ($2::text[])
       ) as extensions,
       -- True if the owner does not exist yet.
       coalesce(
         (
           select pg_catalog.pg_has_role(r.oid, o.oid, 'member')
             from pg_catalog.pg_roles as o
            where o.rolname = $4
         ),
         true
       ) as acts_as_owner,
       array(
         select o.rolname::pg_catalog.text
           from pg_catalog.pg_roles as o
          where o.rolname = any ($3::pg_catalog.name[])
          order by 1
       ) as roles,
       array(
         select d.datname::pg_catalog.text
           from pg_catalog.pg_database as d
           join pg_catalog.pg_roles as o on o.oid = d.datdba
          where o.rolname = $4
          order by 1
       ) as owned_databases,
       (
         select pg_catalog.shobj_description(b.oid, 'pg_authid')
           from pg_catalog.pg_roles as b
          where b.rolname = $5
       ) as drilled
  from pg_catalog.pg_roles as r
 where r.rolname = current_user
