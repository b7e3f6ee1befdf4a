drop table public.policies;
