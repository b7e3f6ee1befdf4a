-- Tables, partitioned tables, partitions and foreign tables.
select case r.kind when 'f' then 'foreign table' else 'table' end,
       r.name,
       array[
         'persistence', r.persistence,
         'options', case
           when coalesce(r.options, toast.reloptions, f.ftoptions) is not null
             then (
               select pg_catalog.string_agg(o.option, ', ' order by o.option collate "C")
                 from (
                   select pg_catalog.unnest(r.options)
                   union all
                   select 'toast.' || pg_catalog.unnest(toast.reloptions)
                   union all
                   select pg_catalog.unnest(f.ftoptions)
                 ) as o (option)
             )
         end,
         'server', (select s.srvname::text from pg_catalog.pg_foreign_server as s where s.oid = f.ftserver),
         'of type', nullif(r.type, 0)::pg_catalog.regtype::text,
         'partition key', case when r.kind = 'p' then pg_catalog.pg_get_partkeydef(r.oid) end,
         'partition of', case
           when r.is_partition
             then (
               select i.inhparent::pg_catalog.regclass || ' ' || pg_catalog.pg_get_expr(r.bound, r.oid)
                 from pg_catalog.pg_inherits as i
                where i.inhrelid = r.oid
             )
         end,
         'inherits', case
           when not r.is_partition
             then (
               select pg_catalog.string_agg(i.inhparent::pg_catalog.regclass::text, ', ' order by i.inhseqno)
                 from pg_catalog.pg_inherits as i
                where i.inhrelid = r.oid
             )
         end,
         'replica identity', case r.replica_identity
           when 'n' then 'NOTHING'
           when 'f' then 'FULL'
           when 'i' then (
             select 'USING INDEX ' || pg_catalog.quote_ident(replica.relname)
               from pg_catalog.pg_index as i
               join pg_catalog.pg_class as replica on replica.oid = i.indexrelid
              where i.indrelid = r.oid
                and i.indisreplident
           )
           else 'DEFAULT'
         end,
         'access method', (select a.amname::text from pg_catalog.pg_am as a where a.oid = r.access_method),
         'comment', r.comment
       ]
  from relations as r
  left join pg_catalog.pg_class as toast on toast.oid = r.toast
  left join pg_catalog.pg_foreign_table as f on f.ftrelid = r.oid
 where r.kind in ('r', 'p', 'f')
