drop table public.sites;
