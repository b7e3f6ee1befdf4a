/** Everything that defines a database, read from its catalogs: by title, SQL that returns one column `line`. */
export const catalogs: Readonly<Record<string, string>> = {
  "attributes of roles": `
    select pg_catalog.to_jsonb(r) - 'oid' - 'rolpassword' || pg_catalog.jsonb_build_object('password',
             (select left(a.rolpassword, 14) from pg_catalog.pg_authid as a where a.oid = r.oid)) as line
      from pg_catalog.pg_roles as r
     order by r.rolname`,
  "memberships of roles": `
    select pg_catalog.format('%I in %I by %I, admin %s', m.rolname, g.rolname, b.rolname, admin_option) as line
      from pg_catalog.pg_auth_members as a
      join pg_catalog.pg_roles as m on m.oid = a.member
      join pg_catalog.pg_roles as g on g.oid = a.roleid
      join pg_catalog.pg_roles as b on b.oid = a.grantor
     order by 1`,
  "databases and their settings": `
    select pg_catalog.format('%s of %s, %s %s %s %s, limit %s', datname, pg_catalog.pg_get_userbyid(datdba),
             pg_catalog.pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider, datconnlimit) as line
      from pg_catalog.pg_database
     union all
    select pg_catalog.format('setting %s %s %s', d.datname, r.rolname, s.setconfig)
      from pg_catalog.pg_db_role_setting as s
      left join pg_catalog.pg_database as d on d.oid = s.setdatabase
      left join pg_catalog.pg_roles as r on r.oid = s.setrole
     order by 1`,
  extensions: `
    select pg_catalog.format('%s %s in %s of %s', extname, extversion, extnamespace::pg_catalog.regnamespace,
             pg_catalog.pg_get_userbyid(extowner)) as line
      from pg_catalog.pg_extension
     order by extname`,
  "owners and privileges": `
    with objects(what, owner, acl) as (
      select pg_catalog.format('database %I', datname), datdba,
             coalesce(datacl, pg_catalog.acldefault('d', datdba))
        from pg_catalog.pg_database
      union all
      select pg_catalog.format('schema %I', nspname), nspowner,
             coalesce(nspacl, pg_catalog.acldefault('n', nspowner))
        from pg_catalog.pg_namespace
       where nspname !~ '^pg_(toast|temp)'
      union all
      select pg_catalog.format('relation %s', oid::pg_catalog.regclass), relowner,
             coalesce(relacl, pg_catalog.acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
        from pg_catalog.pg_class
       where relkind in ('r', 'p', 'v', 'm', 'S', 'f') and relnamespace <> 'pg_toast'::pg_catalog.regnamespace
      union all
      select pg_catalog.format('column %s.%I', attrelid::pg_catalog.regclass, attname), relowner, attacl
        from pg_catalog.pg_attribute
        join pg_catalog.pg_class as c on c.oid = attrelid
       where attacl is not null
      union all
      select pg_catalog.format('function %s', oid::pg_catalog.regprocedure), proowner,
             coalesce(proacl, pg_catalog.acldefault('f', proowner))
        from pg_catalog.pg_proc
       -- Those that a release of PostgreSQL brings differ with it; what somebody grants on one counts.
       where oid >= 16384 or proacl is not null
      union all
      select pg_catalog.format('type %s', pg_catalog.format_type(oid, null)), typowner,
             coalesce(typacl, pg_catalog.acldefault('T', typowner))
        from pg_catalog.pg_type
       where typtype in ('d', 'e', 'r') or typacl is not null
      union all
      select pg_catalog.format('language %I', lanname), lanowner,
             coalesce(lanacl, pg_catalog.acldefault('l', lanowner))
        from pg_catalog.pg_language
      union all
      select pg_catalog.format('parameter %s', parname), 10, paracl
        from pg_catalog.pg_parameter_acl
    )
    select pg_catalog.format('%s of %s: %s to %s by %s%s', what, pg_catalog.pg_get_userbyid(owner), p.privilege_type,
             case p.grantee when 0 then 'PUBLIC' else pg_catalog.pg_get_userbyid(p.grantee) end,
             pg_catalog.pg_get_userbyid(p.grantor), case when p.is_grantable then ' with grant option' end) as line
      from objects
      left join lateral pg_catalog.aclexplode(acl) as p on true
     order by 1`,
  "default privileges": `
    select pg_catalog.format('%s in %s, %s: %s to %s%s', pg_catalog.pg_get_userbyid(d.defaclrole), n.nspname,
             d.defaclobjtype, p.privilege_type,
             case p.grantee when 0 then 'PUBLIC' else pg_catalog.pg_get_userbyid(p.grantee) end,
             case when p.is_grantable then ' with grant option' end) as line
      from pg_catalog.pg_default_acl as d
      left join pg_catalog.pg_namespace as n on n.oid = d.defaclnamespace
      left join lateral pg_catalog.aclexplode(d.defaclacl) as p on true
     order by 1`,
  "row-level security": `
    select pg_catalog.format('%s: %s %s', oid::pg_catalog.regclass, relrowsecurity, relforcerowsecurity) as line
      from pg_catalog.pg_class
     where relkind in ('r', 'p') and relnamespace = 'public'::pg_catalog.regnamespace
     union all
    select pg_catalog.to_jsonb(p)::text
      from pg_catalog.pg_policies as p
     order by 1`,
  functions: `
    select pg_catalog.pg_get_functiondef(p.oid) as line
      from pg_catalog.pg_proc as p
      join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
     where n.nspname not in ('pg_catalog', 'information_schema') and p.prokind in ('f', 'p')
       and not exists (select from pg_catalog.pg_depend as d
                        where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                          and d.objid = p.oid and d.deptype = 'e')
     order by 1`,
  "applied migrations": `
    select pg_catalog.to_jsonb(f) as line
      from hosterizer.migration_files as f
     order by f.name`,
};
