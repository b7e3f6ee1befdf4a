-- Databases that a restore has opened for its checks, whose command ended without closing them, with those who may use them.
-- $1 owner, $2 mark, $3 class of the locks, $4 the stack's database.
select d.datname as database,
       pg_catalog.pg_has_role(d.datdba, 'usage') as closable,
       pg_catalog.array_agg(distinct case a.grantee when 0 then 'PUBLIC'
                                     else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) end) as grantees
  from pg_catalog.pg_database as d
 cross join lateral pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) as a
 where pg_catalog.pg_get_userbyid(d.datdba) = $1
   and pg_catalog.shobj_description(d.oid, 'pg_database') = $2
   and d.datname <> $4
   and a.grantee <> d.datdba
   and not exists (
       select from pg_catalog.pg_locks as l
        where l.locktype = 'advisory' and l.objsubid = 1
          and l.classid = $3::pg_catalog.int8::pg_catalog.oid and l.objid = d.oid)
 group by d.oid, d.datname
 order by d.datname
