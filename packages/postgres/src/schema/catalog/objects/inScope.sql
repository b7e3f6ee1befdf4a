-- The objects in scope, for the queries of each kind that follow in the same statement.
-- readSchema.ts fills in :schemas, :owner and :elsewhere.
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
-- Members of extensions, and the constructor functions of range types. What the owner itself added to an extension still counts
-- as the owner's.
members as materialized (
  select d.classid, d.objid
    from pg_catalog.pg_depend as d
    left join pg_catalog.pg_class as c
      on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and c.oid = d.objid
    left join pg_catalog.pg_proc as p
      on d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.objid
    left join pg_catalog.pg_type as t
      on d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and t.oid = d.objid
   where (
           d.deptype = 'e'
           and coalesce(c.relowner, p.proowner, t.typowner) is distinct from (select oid from owner)
         )
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
-- Options of identity columns as text, without defaults, so that nothing depends on the limits of the type.
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
)
