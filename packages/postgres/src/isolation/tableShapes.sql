-- What the proof must know of tables to fill and try them: $1 oids of tenant tables. Tables that their foreign keys lead
-- to come along. As the role that asks: privileges are its own.
with recursive reached as (
  select o.oid, true as asked from pg_catalog.unnest($1::pg_catalog.oid[]) as o (oid)
   union
  select k.confrelid, false
    from reached as r
    join pg_catalog.pg_constraint as k on k.conrelid = r.oid and k.contype = 'f'
),
shape as (
  select oid, pg_catalog.bool_or(asked) as asked from reached group by oid
)
select c.oid::pg_catalog.int8::pg_catalog.text as oid,
       n.nspname as schema,
       c.relname as "table",
       c.relrowsecurity as enabled,
       c.relforcerowsecurity as forced,
       pg_catalog.row_security_active(c.oid) as "isActive",
       pg_catalog.pg_has_role(c.relowner, 'MEMBER') as "isOwned",
       pg_catalog.jsonb_build_object(
         'SELECT', pg_catalog.has_any_column_privilege(c.oid, 'SELECT'),
         'INSERT', pg_catalog.has_any_column_privilege(c.oid, 'INSERT'),
         'UPDATE', pg_catalog.has_any_column_privilege(c.oid, 'UPDATE'),
         'DELETE', pg_catalog.has_table_privilege(c.oid, 'DELETE'),
         'TRUNCATE', pg_catalog.has_table_privilege(c.oid, 'TRUNCATE'),
         'REFERENCES', pg_catalog.has_any_column_privilege(c.oid, 'REFERENCES'),
         'TRIGGER', pg_catalog.has_table_privilege(c.oid, 'TRIGGER')
       ) as privileges,
       (
         select coalesce(pg_catalog.jsonb_agg(
                  pg_catalog.jsonb_build_object(
                    'name', a.attname,
                    'type', pg_catalog.format_type(case when t.typtype = 'd' then t.typbasetype else a.atttypid end,
                                                   case when t.typtype = 'd' then t.typtypmod else a.atttypmod end),
                    'category', b.typcategory,
                    'labels', (
                      select pg_catalog.jsonb_agg(e.enumlabel order by e.enumsortorder)
                        from pg_catalog.pg_enum as e where e.enumtypid = b.oid
                    ),
                    'notNull', a.attnotnull or t.typnotnull,
                    'default', case when a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end,
                    'identity', a.attidentity,
                    'isGenerated', a.attgenerated <> '',
                    'may', pg_catalog.jsonb_build_object(
                      'SELECT', pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT'),
                      'INSERT', pg_catalog.has_column_privilege(c.oid, a.attnum, 'INSERT'),
                      'UPDATE', pg_catalog.has_column_privilege(c.oid, a.attnum, 'UPDATE')
                    ),
                    'domainChecks', (
                      select coalesce(pg_catalog.jsonb_agg(pg_catalog.pg_get_expr(k.conbin, 0)), '[]')
                        from pg_catalog.pg_constraint as k where k.contypid = t.oid and k.contype = 'c'
                    )
                  ) order by a.attnum), '[]')
           from pg_catalog.pg_attribute as a
           join pg_catalog.pg_type as t on t.oid = a.atttypid
           join pg_catalog.pg_type as b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
           left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       ) as columns,
       (
         select coalesce(pg_catalog.jsonb_agg(
                  pg_catalog.jsonb_build_object(
                    'name', k.conname,
                    'expression', pg_catalog.pg_get_expr(k.conbin, k.conrelid),
                    'columns', (
                      select coalesce(pg_catalog.jsonb_agg(a.attname), '[]')
                        from pg_catalog.pg_attribute as a where a.attrelid = c.oid and a.attnum = any (k.conkey)
                    )
                  ) order by k.conname), '[]')
           from pg_catalog.pg_constraint as k where k.conrelid = c.oid and k.contype = 'c'
       ) || (
         -- A partition takes what its bounds allow, and a partitioned table what one of its partitions takes.
         select coalesce(pg_catalog.jsonb_agg(
                  pg_catalog.jsonb_build_object(
                    'name', b.name,
                    'expression', b.expression,
                    'columns', (
                      select coalesce(pg_catalog.jsonb_agg(a.attname), '[]')
                        from pg_catalog.pg_attribute as a
                       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                         and b.expression ~ ('\m' || pg_catalog.regexp_replace(a.attname, '(\W)', '\\\1', 'g') || '\M')
                    )
                  )), '[]')
           from (
             select 'the partition''s bounds' as name, pg_catalog.pg_get_partition_constraintdef(c.oid) as expression
              where c.relispartition
              union all
             select 'the partitions'' bounds',
                    pg_catalog.string_agg('(' || pg_catalog.pg_get_partition_constraintdef(i.inhrelid) || ')', ' or ')
               from pg_catalog.pg_inherits as i
              where i.inhparent = c.oid and c.relkind = 'p'
           ) as b
          where b.expression is not null
       ) as checks,
       (
         select coalesce(pg_catalog.jsonb_agg(
                  pg_catalog.jsonb_build_object(
                    'name', k.conname,
                    'parent', k.confrelid::pg_catalog.int8::pg_catalog.text,
                    'pairs', (
                      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(a.attname, p.attname) order by u.n)
                        from rows from (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) with ordinality as u (child, parent, n)
                        join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.child
                        join pg_catalog.pg_attribute as p on p.attrelid = k.confrelid and p.attnum = u.parent
                    )
                  ) order by k.conname), '[]')
           from pg_catalog.pg_constraint as k
          where k.conrelid = c.oid and k.contype = 'f' and k.conparentid = 0
       ) as "foreignKeys",
       (
         select coalesce(pg_catalog.jsonb_agg(
                  pg_catalog.jsonb_build_object(
                    'columns', (
                      select coalesce(pg_catalog.jsonb_agg(a.attname order by u.n), '[]')
                        from pg_catalog.unnest(x.indkey) with ordinality as u (number, n)
                        join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = u.number
                       where u.n <= x.indnkeyatts
                    ),
                    'isPlain', x.indpred is null and x.indexprs is null and x.indimmediate and x.indisvalid
                  ) order by x.indisprimary desc, x.indexrelid), '[]')
           from pg_catalog.pg_index as x where x.indrelid = c.oid and x.indisunique
       ) as keys,
       case when s.asked then (
         with recursive above as (
           select r.ev_class as oid
             from pg_catalog.pg_depend as d
             join pg_catalog.pg_rewrite as r on r.oid = d.objid
            where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
              and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
              and d.refobjid = c.oid
              and r.ev_class <> c.oid
            union
           select r.ev_class
             from above
             join pg_catalog.pg_depend as d
               on d.refobjid = above.oid and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
             join pg_catalog.pg_rewrite as r on r.oid = d.objid
            where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
              and r.ev_class <> above.oid
         )
         select coalesce(pg_catalog.jsonb_agg(
                  pg_catalog.jsonb_build_object(
                    'name', pg_catalog.format('%I.%I', vn.nspname, v.relname),
                    'isMaterialized', v.relkind = 'm',
                    'isInvoker', coalesce(v.reloptions::pg_catalog.text[] && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1', 'security_invoker=yes'], false),
                    'columns', (
                      select coalesce(pg_catalog.jsonb_agg(a.attname), '[]')
                        from pg_catalog.pg_attribute as a
                       where a.attrelid = v.oid and a.attnum > 0 and not a.attisdropped
                    )
                  ) order by vn.nspname, v.relname), '[]')
           from above
           join pg_catalog.pg_class as v on v.oid = above.oid and v.relkind in ('v', 'm')
           join pg_catalog.pg_namespace as vn on vn.oid = v.relnamespace
          where pg_catalog.has_any_column_privilege(v.oid, 'SELECT')
            and pg_catalog.has_schema_privilege(vn.oid, 'USAGE')
       ) else '[]' end as views,
       case when s.asked then (
         select coalesce(pg_catalog.jsonb_agg(
                  pg_catalog.jsonb_build_object(
                    'name', p.oid::pg_catalog.regprocedure::pg_catalog.text,
                    'owner', o.rolname,
                    -- Its owner is bound by no policy, or it says itself who is asking.
                    'isBound', not (o.rolsuper or o.rolbypassrls or (o.oid = c.relowner and not c.relforcerowsecurity))
                               and coalesce(p.proconfig::pg_catalog.text, '') !~ 'app\.current_'
                               and p.prosrc !~ 'app\.current_'
                  ) order by p.oid), '[]')
           from pg_catalog.pg_proc as p
           join pg_catalog.pg_namespace as pn on pn.oid = p.pronamespace
           join pg_catalog.pg_roles as o on o.oid = p.proowner
          where p.prosecdef
            and p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype
            and pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
            and pg_catalog.has_schema_privilege(pn.oid, 'USAGE')
            and (
              pg_catalog.concat(p.prosrc, pg_catalog.pg_get_function_sqlbody(p.oid)) ~* ('\m' || pg_catalog.regexp_replace(c.relname, '(\W)', '\\\1', 'g') || '\M')
            )
       ) else '[]' end as functions
  from shape as s
  join pg_catalog.pg_class as c on c.oid = s.oid
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
