-- Who is a member of our roles, and what our roles are members of, directly. $1 our roles.
select role.rolname as role,
       member.rolname as member,
       m.admin_option,
       member.rolname = current_user as deploys
  from pg_catalog.pg_auth_members as m
  join pg_catalog.pg_roles as role on role.oid = m.roleid
  join pg_catalog.pg_roles as member on member.oid = m.member
 where role.rolname = any ($1::text[])
    or member.rolname = any ($1::text[])
 order by role.rolname, member.rolname
