-- The index $2 on the table $1, and whether queries can use it.
select index_class.oid::pg_catalog.regclass::text as name, index.indisvalid as valid
from pg_catalog.pg_index as index
inner join pg_catalog.pg_class as index_class on index_class.oid = index.indexrelid
where index.indrelid = pg_catalog.to_regclass($1) and index_class.relname = $2::pg_catalog.name
