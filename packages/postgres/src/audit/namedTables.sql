-- The tables that grants name, as far as they exist. $1 their names as jsonb.
select distinct
       n.nspname as schema,
       c.relname as "table",
       c.relispartition
         or exists (select from pg_catalog.pg_inherits as i where i.inhrelid = c.oid) as "isChild",
       array(
         select a.attname::text
           from pg_catalog.pg_attribute as a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          order by a.attnum
       ) as columns
  from pg_catalog.jsonb_to_recordset($1::jsonb) as g (schema text, "table" text)
  join pg_catalog.pg_namespace as n on n.nspname = g.schema
  join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = g."table"
 where c.relkind in ('r', 'p', 'v', 'm', 'f')
