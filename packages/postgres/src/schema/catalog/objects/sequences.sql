-- Sequences, except those of identity columns, which are facts of the columns.
select 'sequence',
       r.name,
       array[
         'type', pg_catalog.format_type(s.seqtypid, null),
         'start', s.seqstart::text,
         'increment', s.seqincrement::text,
         'minimum', s.seqmin::text,
         'maximum', s.seqmax::text,
         'cache', s.seqcache::text,
         'cycle', case when s.seqcycle then 'CYCLE' end,
         'persistence', r.persistence,
         'owned by', (
           select d.refobjid::pg_catalog.regclass || '.' || pg_catalog.quote_ident(a.attname)
             from pg_catalog.pg_depend as d
             join pg_catalog.pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
            where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
              and d.objid = r.oid
              and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
              and d.deptype = 'a'
         ),
         'comment', r.comment
       ]
  from relations as r
  join pg_catalog.pg_sequence as s on s.seqrelid = r.oid
 where not exists (select from identity_columns as i where i.sequence = r.oid)
