-- What a database that is like another one ($1) is made with. Privileges of PUBLIC have no grantee.
select pg_catalog.pg_encoding_to_char(d.encoding) as encoding,
       d.datcollate::pg_catalog.text as "collate",
       d.datctype::pg_catalog.text as ctype,
       d.datlocprovider::pg_catalog.text as provider,
       d.daticulocale::pg_catalog.text as "icuLocale",
       coalesce(
           (select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                       'grantee', case when a.grantee operator(pg_catalog.<>) 0
                                       then pg_catalog.pg_get_userbyid(a.grantee) end,
                       'privilege', a.privilege_type))
              from pg_catalog.aclexplode(d.datacl) as a
             where a.grantee operator(pg_catalog.<>) d.datdba),
           '[]'::pg_catalog.jsonb) as privileges
  from pg_catalog.pg_database as d
 where d.datname operator(pg_catalog.=) $1::pg_catalog.name
