-- Event triggers whose function is in scope.
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
