-- One value that differs as soon as a transaction with DDL has committed: every catalog row carries the id of the transaction
-- that wrote it, and later transactions have greater ids. Temporary tables are left out, because sessions create and drop
-- them all the time. So are other databases of the server and their settings: they do not affect this database.
select pg_catalog.string_agg(part, ', ' order by part) as stamp
  from (
    select pg_catalog.concat_ws(' ', 'class', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8)) as part
      from pg_catalog.pg_class
     where relpersistence <> 't'
    union all
    select pg_catalog.concat_ws(' ', 'attribute', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_attribute
     where attnum > 0 and attrelid in (select oid from pg_catalog.pg_class where relpersistence <> 't')
    union all
    select pg_catalog.concat_ws(' ', 'default', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_attrdef
    union all
    select pg_catalog.concat_ws(' ', 'constraint', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_constraint
    union all
    select pg_catalog.concat_ws(' ', 'index', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_index
    union all
    select pg_catalog.concat_ws(' ', 'trigger', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_trigger
    union all
    select pg_catalog.concat_ws(' ', 'rule', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_rewrite
    union all
    select pg_catalog.concat_ws(' ', 'policy', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_policy
    union all
    select pg_catalog.concat_ws(' ', 'function', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_proc
    union all
    select pg_catalog.concat_ws(' ', 'type', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_type
     where typnamespace in (select oid from pg_catalog.pg_namespace where nspname !~ '^pg_(toast_)?temp_')
    union all
    select pg_catalog.concat_ws(' ', 'enum', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_enum
    union all
    select pg_catalog.concat_ws(' ', 'schema', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_namespace
     where nspname !~ '^pg_(toast_)?temp_'
    union all
    select pg_catalog.concat_ws(' ', 'comment', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_description
    union all
    select pg_catalog.concat_ws(' ', 'extension', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_extension
    union all
    select pg_catalog.concat_ws(' ', 'default privileges', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_default_acl
    union all
    select pg_catalog.concat_ws(' ', 'membership', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_auth_members
    union all
    select pg_catalog.concat_ws(' ', 'setting', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_db_role_setting
     where setdatabase in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
    union all
    select pg_catalog.concat_ws(' ', 'database', pg_catalog.count(*), pg_catalog.sum(xmin::text::int8))
      from pg_catalog.pg_database
     where datname = pg_catalog.current_database()
  ) as parts
