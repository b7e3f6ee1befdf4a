-- The one JSONB column that is searched by what it contains. The others belong to tables under row-level
-- security, where @> is not leakproof and the planner would never use such an index for the application:
-- https://www.postgresql.org/docs/15/rules-privileges.html
create index policies_rules_idx on public.policies using gin (rules jsonb_path_ops);
