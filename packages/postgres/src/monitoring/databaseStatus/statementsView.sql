-- Which view belongs to the extension? Null if it is not installed.
select (
    select pg_catalog.format('%I.%I', namespace.nspname, class.relname)
    from pg_catalog.pg_extension as extension
    inner join pg_catalog.pg_depend as dependency
        on dependency.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
            and dependency.refobjid = extension.oid
            and dependency.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            and dependency.deptype = 'e'
    inner join pg_catalog.pg_class as class on class.oid = dependency.objid
    inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
    where extension.extname = 'pg_stat_statements' and class.relname = 'pg_stat_statements'
) as view
