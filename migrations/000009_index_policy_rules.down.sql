drop index public.policies_rules_idx;
