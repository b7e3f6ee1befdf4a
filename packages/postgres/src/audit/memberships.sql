-- Direct memberships in the declared roles, and of the declared roles in others. $1 declared roles.
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
