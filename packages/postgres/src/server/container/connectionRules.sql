-- The lines of pg_hba.conf as the server parses them, in their order.
-- https://www.postgresql.org/docs/15/view-pg-hba-file-rules.html
select r.line_number as number, r.type, r.database, r.user_name as users, r.address, r.netmask,
       r.auth_method as method, coalesce(r.options, '{}') as options, r.error
  from pg_catalog.pg_hba_file_rules r
 order by r.line_number
