-- Every object of the schema with its facts, as schemaObject.ts lists them, in one statement however many there are.
-- :schemas, :owner and :elsewhere are filled in by schemaObjectsSql.ts. The settings that texts depend on are set there too.
with owner as materialized (
  select r.oid
    from pg_catalog.pg_roles as r
   where r.rolname = :owner
),
namespaces as materialized (
  select n.oid,
         pg_catalog.quote_ident(n.nspname) as name,
         n.nspname = any (:schemas) as declared,
         n.nspowner = (select oid from owner) as owned
    from pg_catalog.pg_namespace as n
   where n.nspname !~ '^pg_'
     and n.nspname <> 'information_schema'
     and n.nspname <> all (:elsewhere)
),
-- Members of extensions, and the constructors that a range type brings along.
members as materialized (
  select d.classid, d.objid
    from pg_catalog.pg_depend as d
   where d.deptype = 'e'
      or (d.deptype = 'i' and d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass)
),
relations as materialized (
  select c.oid,
         c.relkind as kind,
         n.name || '.' || pg_catalog.quote_ident(c.relname) as name,
         case c.relpersistence when 'u' then 'UNLOGGED' else 'LOGGED' end as persistence,
         c.reloptions as options,
         c.reltoastrelid as toast,
         c.reloftype as type,
         c.relispartition as is_partition,
         c.relpartbound as bound,
         c.relreplident as replica_identity,
         c.relam as access_method,
         d.description as comment
    from pg_catalog.pg_class as c
    join namespaces as n on n.oid = c.relnamespace
    left join pg_catalog.pg_description as d
      on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and d.objoid = c.oid
     and d.objsubid = 0
   where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
     and (n.declared or c.relowner = (select oid from owner))
     and not exists (
       select
         from members as m
        where m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
          and m.objid = c.oid
     )
),
-- Sequences as text; only what is not the default, so that nothing depends on the type's limits.
identity_columns as materialized (
  select d.refobjid as relation,
         d.refobjsubid as attribute,
         s.seqrelid as sequence,
         ' (' || nullif(pg_catalog.concat_ws(
           ' ',
           case when s.seqstart <> 1 then 'START WITH ' || s.seqstart end,
           case when s.seqincrement <> 1 then 'INCREMENT BY ' || s.seqincrement end,
           case when s.seqmin <> 1 then 'MINVALUE ' || s.seqmin end,
           case
             when s.seqmax <> case pg_catalog.format_type(s.seqtypid, null)
                                when 'smallint' then 32767
                                when 'integer' then 2147483647
                                else 9223372036854775807
                              end
               then 'MAXVALUE ' || s.seqmax
           end,
           case when s.seqcache <> 1 then 'CACHE ' || s.seqcache end,
           case when s.seqcycle then 'CYCLE' end
         ), '') || ')' as options
    from pg_catalog.pg_sequence as s
    join pg_catalog.pg_depend as d
      on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and d.objid = s.seqrelid
     and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and d.deptype = 'i'
),
routines as materialized (
  select p.oid,
         p.prokind as kind,
         p.oid::pg_catalog.regprocedure::text as name,
         d.description as comment
    from pg_catalog.pg_proc as p
    join namespaces as n on n.oid = p.pronamespace
    left join pg_catalog.pg_description as d
      on d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass
     and d.objoid = p.oid
   where (n.declared or p.proowner = (select oid from owner))
     and not exists (
       select
         from members as m
        where m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
          and m.objid = p.oid
     )
),
types as materialized (
  select t.oid,
         t.typtype as kind,
         t.typrelid as relation,
         n.name || '.' || pg_catalog.quote_ident(t.typname) as name,
         d.description as comment
    from pg_catalog.pg_type as t
    join namespaces as n on n.oid = t.typnamespace
    left join pg_catalog.pg_class as c on c.oid = t.typrelid
    left join pg_catalog.pg_description as d
      on d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass
     and d.objoid = t.oid
   where (t.typtype in ('e', 'd', 'r') or c.relkind = 'c')
     and (n.declared or t.typowner = (select oid from owner))
     and not exists (
       select
         from members as m
        where m.classid = 'pg_catalog.pg_type'::pg_catalog.regclass
          and m.objid = t.oid
     )
),
enabled (state, words) as (
  values ('O'::"char", 'ENABLED'), ('D', 'DISABLED'), ('R', 'ENABLED REPLICA'), ('A', 'ENABLED ALWAYS')
),
objects (kind, identity, facts) as (
  select 'schema',
         n.name,
         array[
           'comment', pg_catalog.obj_description(n.oid, 'pg_namespace')
         ]
    from namespaces as n
   where not n.declared
     and n.owned
     and not exists (
       select
         from members as m
        where m.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
          and m.objid = n.oid
     )

  union all
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

  union all
  select 'column',
         r.name || '.' || pg_catalog.quote_ident(a.attname),
         array[
           'table', r.name,
           'name', pg_catalog.quote_ident(a.attname),
           'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
           -- A default names no column, so that PostgreSQL needn't open the table to write it.
           'default', case when a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, 0) end,
           'not null', case when a.attnotnull then 'NOT NULL' end,
           'identity', case a.attidentity when 'a' then 'ALWAYS' when 'd' then 'BY DEFAULT' end
             || coalesce(i.options, ''),
           'generated', case when a.attgenerated <> '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end,
           'collation', case
             when a.attcollation <> t.typcollation then a.attcollation::pg_catalog.regcollation::text
           end,
           'storage', case
             when a.attstorage <> t.typstorage
               then case a.attstorage
                      when 'p' then 'PLAIN'
                      when 'e' then 'EXTERNAL'
                      when 'm' then 'MAIN'
                      else 'EXTENDED'
                    end
           end,
           'compression', case a.attcompression when 'l' then 'lz4' when 'p' then 'pglz' end,
           'comment', c.description
         ]
    from relations as r
    join pg_catalog.pg_attribute as a on a.attrelid = r.oid
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    left join identity_columns as i on i.relation = a.attrelid and i.attribute = a.attnum
    left join pg_catalog.pg_description as c
      on c.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and c.objoid = a.attrelid
     and c.objsubid = a.attnum
   where r.kind in ('r', 'p', 'f')
     and a.attnum > 0
     and not a.attisdropped

  union all
  select 'constraint',
         pg_catalog.quote_ident(k.conname) || ' on ' || r.name,
         array[
           'table', r.name,
           'name', pg_catalog.quote_ident(k.conname),
           'type', case k.contype
             when 'c' then 'CHECK'
             when 'f' then 'FOREIGN KEY'
             when 'p' then 'PRIMARY KEY'
             when 'u' then 'UNIQUE'
             else 'EXCLUDE'
           end,
           'definition', case
             when k.convalidated then pg_catalog.pg_get_constraintdef(k.oid)
             else pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(k.oid), ' NOT VALID$', '')
           end,
           'valid', case
             when not k.convalidated then 'NOT VALID'
             when i.indisvalid is false then 'INVALID'
             else 'VALID'
           end,
           'comment', c.description
         ]
    from relations as r
    join pg_catalog.pg_constraint as k on k.conrelid = r.oid
    left join pg_catalog.pg_index as i on i.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
    left join pg_catalog.pg_description as c
      on c.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
     and c.objoid = k.oid
   where k.contype in ('c', 'f', 'p', 'u', 'x')
     and k.conparentid = 0

  union all
  select 'index',
         n.name || '.' || pg_catalog.quote_ident(c.relname),
         array[
           'table', r.name,
           -- PostgreSQL writes an index of a partitioned table ON ONLY, which would leave its partitions without.
           'definition', case c.relkind
             when 'I' then pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
             else pg_catalog.pg_get_indexdef(i.indexrelid)
           end,
           'valid', case when i.indisvalid then 'VALID' else 'INVALID' end,
           'comment', d.description
         ]
    from relations as r
    join pg_catalog.pg_index as i on i.indrelid = r.oid
    join pg_catalog.pg_class as c on c.oid = i.indexrelid
    join namespaces as n on n.oid = c.relnamespace
    left join pg_catalog.pg_constraint as k
      on k.conrelid = i.indrelid
     and k.conindid = i.indexrelid
     and k.contype in ('p', 'u', 'x')
    left join pg_catalog.pg_description as d
      on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and d.objoid = c.oid
     and d.objsubid = 0
   where k.oid is null
     and not c.relispartition

  union all
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

  union all
  select 'rule',
         pg_catalog.quote_ident(w.rulename) || ' on ' || r.name,
         array[
           'table', r.name,
           'name', pg_catalog.quote_ident(w.rulename),
           'definition', pg_catalog.pg_get_ruledef(w.oid),
           'enabled', e.words,
           'comment', pg_catalog.obj_description(w.oid, 'pg_rewrite')
         ]
    from relations as r
    join pg_catalog.pg_rewrite as w on w.ev_class = r.oid
    join enabled as e on e.state = w.ev_enabled
   where w.rulename <> '_RETURN'

  union all
  select 'statistics',
         n.name || '.' || pg_catalog.quote_ident(s.stxname),
         array[
           'table', r.name,
           'definition', pg_catalog.pg_get_statisticsobjdef(s.oid),
           'comment', pg_catalog.obj_description(s.oid, 'pg_statistic_ext')
         ]
    from relations as r
    join pg_catalog.pg_statistic_ext as s on s.stxrelid = r.oid
    join namespaces as n on n.oid = s.stxnamespace

  union all
  select case r.kind when 'm' then 'materialized view' else 'view' end,
         r.name,
         array[
           'definition', pg_catalog.pg_get_viewdef(r.oid),
           'options', (
             select pg_catalog.string_agg(o.option, ', ' order by o.option collate "C")
               from pg_catalog.unnest(r.options) as o (option)
           ),
           'columns', v.columns,
           'column comments', v.comments,
           'comment', r.comment
         ]
    from relations as r
    cross join lateral (
      select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' order by a.attnum) as columns,
             pg_catalog.string_agg(
               pg_catalog.quote_ident(a.attname) || ': ' || d.description, E'\n' order by a.attnum
             ) as comments
        from pg_catalog.pg_attribute as a
        left join pg_catalog.pg_description as d
          on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
         and d.objoid = a.attrelid
         and d.objsubid = a.attnum
       where a.attrelid = r.oid
         and a.attnum > 0
         and not a.attisdropped
    ) as v
   where r.kind in ('v', 'm')

  union all
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

  union all
  select case r.kind when 'p' then 'procedure' else 'function' end,
         r.name,
         array[
           'definition', pg_catalog.pg_get_functiondef(r.oid),
           'comment', r.comment
         ]
    from routines as r
   where r.kind in ('f', 'p', 'w')

  union all
  select 'aggregate',
         r.name,
         array[
           'definition', pg_catalog.concat(
             '(', coalesce(nullif(pg_catalog.pg_get_function_arguments(r.oid), ''), '*'), ') (',
             pg_catalog.concat_ws(
               ', ',
               'SFUNC = ' || a.aggtransfn,
               'STYPE = ' || pg_catalog.format_type(a.aggtranstype, null),
               'SSPACE = ' || nullif(a.aggtransspace, 0),
               'FINALFUNC = ' || nullif(a.aggfinalfn::oid, 0)::pg_catalog.regproc,
               case when a.aggfinalextra then 'FINALFUNC_EXTRA' end,
               case
                 when a.aggfinalfn <> 0
                   then 'FINALFUNC_MODIFY = ' || case a.aggfinalmodify
                                                   when 'r' then 'READ_ONLY'
                                                   when 's' then 'SHAREABLE'
                                                   else 'READ_WRITE'
                                                 end
               end,
               'COMBINEFUNC = ' || nullif(a.aggcombinefn::oid, 0)::pg_catalog.regproc,
               'SERIALFUNC = ' || nullif(a.aggserialfn::oid, 0)::pg_catalog.regproc,
               'DESERIALFUNC = ' || nullif(a.aggdeserialfn::oid, 0)::pg_catalog.regproc,
               'INITCOND = ' || pg_catalog.quote_literal(a.agginitval),
               'MSFUNC = ' || nullif(a.aggmtransfn::oid, 0)::pg_catalog.regproc,
               'MINVFUNC = ' || nullif(a.aggminvtransfn::oid, 0)::pg_catalog.regproc,
               case when a.aggmtransfn <> 0 then 'MSTYPE = ' || pg_catalog.format_type(a.aggmtranstype, null) end,
               'MFINALFUNC = ' || nullif(a.aggmfinalfn::oid, 0)::pg_catalog.regproc,
               'MINITCOND = ' || pg_catalog.quote_literal(a.aggminitval),
               'SORTOP = ' || nullif(a.aggsortop, 0)::pg_catalog.regoper,
               'PARALLEL = ' || case p.proparallel
                                  when 's' then 'SAFE'
                                  when 'r' then 'RESTRICTED'
                                  else 'UNSAFE'
                                end,
               case when a.aggkind = 'h' then 'HYPOTHETICAL' end
             ),
             ')'
           ),
           'comment', r.comment
         ]
    from routines as r
    join pg_catalog.pg_proc as p on p.oid = r.oid
    join pg_catalog.pg_aggregate as a on a.aggfnoid = r.oid

  union all
  select 'enum',
         t.name,
         array[
           'labels', (
             select pg_catalog.string_agg(pg_catalog.quote_literal(l.enumlabel), ', ' order by l.enumsortorder)
               from pg_catalog.pg_enum as l
              where l.enumtypid = t.oid
           ),
           'comment', t.comment
         ]
    from types as t
   where t.kind = 'e'

  union all
  select 'domain',
         t.name,
         array[
           'type', pg_catalog.format_type(d.typbasetype, d.typtypmod),
           'collation', case
             when d.typcollation <> b.typcollation then d.typcollation::pg_catalog.regcollation::text
           end,
           'default', pg_catalog.pg_get_expr(d.typdefaultbin, 'pg_catalog.pg_type'::pg_catalog.regclass),
           'not null', case when d.typnotnull then 'NOT NULL' end,
           'checks', (
             select pg_catalog.string_agg(
                      'CONSTRAINT ' || pg_catalog.quote_ident(k.conname) || ' '
                        || pg_catalog.pg_get_constraintdef(k.oid),
                      E'\n' order by k.conname collate "C"
                    )
               from pg_catalog.pg_constraint as k
              where k.contypid = t.oid
           ),
           'comment', t.comment
         ]
    from types as t
    join pg_catalog.pg_type as d on d.oid = t.oid
    join pg_catalog.pg_type as b on b.oid = d.typbasetype
   where t.kind = 'd'

  union all
  select 'type',
         t.name,
         array[
           'attributes', (
             select pg_catalog.string_agg(
                      pg_catalog.concat_ws(
                        ' ',
                        pg_catalog.quote_ident(a.attname),
                        pg_catalog.format_type(a.atttypid, a.atttypmod),
                        case
                          when a.attcollation <> b.typcollation
                            then 'COLLATE ' || a.attcollation::pg_catalog.regcollation
                        end
                      ),
                      ', ' order by a.attnum
                    )
               from pg_catalog.pg_attribute as a
               join pg_catalog.pg_type as b on b.oid = a.atttypid
              where a.attrelid = t.relation
                and a.attnum > 0
                and not a.attisdropped
           ),
           'comment', t.comment
         ]
    from types as t
   where t.kind = 'c'

  union all
  select 'range type',
         t.name,
         array[
           'subtype', pg_catalog.format_type(g.rngsubtype, null),
           'collation', nullif(g.rngcollation, 0)::pg_catalog.regcollation::text,
           'difference', nullif(g.rngsubdiff::oid, 0)::pg_catalog.regproc::text,
           'canonical', nullif(g.rngcanonical::oid, 0)::pg_catalog.regproc::text,
           'multirange', pg_catalog.format_type(g.rngmultitypid, null),
           'comment', t.comment
         ]
    from types as t
    join pg_catalog.pg_range as g on g.rngtypid = t.oid
   where t.kind = 'r'

  union all
  select 'event trigger',
         pg_catalog.quote_ident(v.evtname),
         array[
           'event', v.evtevent::text,
           'tags', pg_catalog.array_to_string(v.evttags, ', '),
           'function', r.name,
           'enabled', e.words,
           'comment', pg_catalog.obj_description(v.oid, 'pg_event_trigger')
         ]
    from routines as r
    join pg_catalog.pg_event_trigger as v on v.evtfoid = r.oid
    join enabled as e on e.state = v.evtenabled
)
select kind, identity, facts
  from objects
