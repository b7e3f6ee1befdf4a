-- Rules, except the _RETURN rules that define views.
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
