drop table public.deployments;
