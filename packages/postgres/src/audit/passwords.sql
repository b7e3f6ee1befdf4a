-- The form in which declared login roles' passwords are stored. Only superusers may read it. $1 declared roles.
select rolname as name,
       case
         when rolpassword is null then 'no password'
         when rolpassword like 'SCRAM-SHA-256$%' then 'SCRAM-SHA-256'
         when rolpassword like 'md5%' then 'md5'
         else 'another form'
       end as form
  from pg_catalog.pg_authid
 where rolname = any ($1::text[])
   and rolcanlogin
 order by rolname
