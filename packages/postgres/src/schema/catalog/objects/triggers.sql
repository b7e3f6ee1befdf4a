-- Triggers, with the clones that partitions have: each can be disabled alone.
select 'trigger',
       pg_catalog.quote_ident(t.tgname) || ' on ' || r.name,
       array[
         'table', r.name,
         'name', pg_catalog.quote_ident(t.tgname),
         'definition', pg_catalog.pg_get_triggerdef(t.oid),
         'enabled', e.words,
         'parent', (
           select pg_catalog.quote_ident(p.tgname) || ' on ' || p.tgrelid::pg_catalog.regclass
             from pg_catalog.pg_trigger as p
            where p.oid = t.tgparentid
         ),
         'comment', c.description
       ]
  from relations as r
  join pg_catalog.pg_trigger as t on t.tgrelid = r.oid
  join enabled as e on e.state = t.tgenabled
  left join pg_catalog.pg_description as c
    on c.classoid = 'pg_catalog.pg_trigger'::pg_catalog.regclass
   and c.objoid = t.oid
 where not t.tgisinternal
