-- How the passwords of our login roles are kept. Superusers alone may ask. $1 our roles.
select rolname as name,
       case
         when rolpassword is null then 'no password'
         when rolpassword like 'SCRAM-SHA-256$%' then 'SCRAM-SHA-256'
         when rolpassword like 'md5%' then 'md5'
         else 'another form'
       end as kept
  from pg_catalog.pg_authid
 where rolname = any ($1::text[])
   and rolcanlogin
 order by rolname
