drop table public.cost_records;
