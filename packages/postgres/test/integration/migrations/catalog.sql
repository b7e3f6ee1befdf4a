-- Everything that a migration can leave behind, one line each, without object ids.
select line from (
    select format('schema %s owner %s acl %s', nspname, nspowner::regrole, nspacl) as line
    from pg_namespace where nspname !~ '^(pg_|information_schema|hosterizer$)'
    union all
    select format('relation %s kind %s persistence %s rls %s %s options %s acl %s owner %s',
        c.oid::regclass, relkind, relpersistence, relrowsecurity, relforcerowsecurity, reloptions, relacl, relowner::regrole)
    from pg_class c where relnamespace = 'public'::regnamespace
    union all
    select format('column %s.%s %s %s notnull %s default %s identity %s generated %s collation %s position %s',
        attrelid::regclass, attname, row_number() over columns, format_type(atttypid, atttypmod), attnotnull,
        pg_get_expr(adbin, adrelid), attidentity, attgenerated, attcollation, row_number() over columns)
    from pg_attribute a
    join pg_class c on c.oid = attrelid and relnamespace = 'public'::regnamespace
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attnum > 0 and not attisdropped
    window columns as (partition by attrelid order by attnum)
    union all
    select format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid))
    from pg_constraint where connamespace = 'public'::regnamespace
    union all
    select format('index %s valid %s', pg_get_indexdef(indexrelid), indisvalid)
    from pg_index join pg_class c on c.oid = indexrelid where relnamespace = 'public'::regnamespace
    union all
    select format('trigger %s enabled %s', pg_get_triggerdef(t.oid), tgenabled)
    from pg_trigger t join pg_class c on c.oid = tgrelid
    where relnamespace = 'public'::regnamespace and not tgisinternal
    union all
    select format('function %s acl %s', pg_get_functiondef(oid), proacl)
    from pg_proc where pronamespace = 'public'::regnamespace
    union all
    select format('type %s kind %s', oid::regtype, typtype)
    from pg_type where typnamespace = 'public'::regnamespace
    union all
    select format('sequence %s %s', seqrelid::regclass, row(seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle))
    from pg_sequence
    where (select relnamespace from pg_class where oid = seqrelid) = 'public'::regnamespace
    union all
    select format('comment on %s: %s', pg_describe_object(classoid, objoid, objsubid), description)
    from pg_description
    join pg_class c on c.oid = objoid and relnamespace = 'public'::regnamespace
    union all
    select format('comment on function %s: %s', p.oid::regprocedure, description)
    from pg_description
    join pg_proc p on p.oid = objoid and pronamespace = 'public'::regnamespace
    union all
    select format('policy %s on %s', polname, polrelid::regclass) from pg_policy
    union all
    select format('extension %s %s', extname, extversion) from pg_extension
) as catalog
order by line collate "C"
