-- How row-level security stands on one table. $1 schema, $2 table, $3 the tenant's column.
select c.relrowsecurity as enabled,
       c.relforcerowsecurity as forced,
       pg_catalog.quote_ident($3) as quoted_column,
       exists (
         select
           from pg_catalog.pg_attribute as a
          where a.attrelid = c.oid
            and a.attname = $3
            and a.attnum > 0
            and not a.attisdropped
       ) as column_exists,
       coalesce(
         (
           select pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object(
                      'name', p.polname,
                      'command', case p.polcmd
                                   when 'r' then 'SELECT'
                                   when 'a' then 'INSERT'
                                   when 'w' then 'UPDATE'
                                   when 'd' then 'DELETE'
                                   else 'ALL'
                                 end,
                      'permissive', p.polpermissive,
                      'roles', (
                        select pg_catalog.jsonb_agg(
                                 case when r.id = 0 then 'public' else pg_catalog.pg_get_userbyid(r.id) end
                                 order by pg_catalog.pg_get_userbyid(r.id) collate "C"
                               )
                          from pg_catalog.unnest(p.polroles) as r (id)
                      ),
                      'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
                      'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
                    )
                    order by p.polname
                  )
             from pg_catalog.pg_policy as p
            where p.polrelid = c.oid
         ),
         '[]'
       ) as policies
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where n.nspname = $1
   and c.relname = $2
   and c.relkind in ('r', 'p')
