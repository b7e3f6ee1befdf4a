drop trigger cost_records_keep_updated_at on public.cost_records;
drop trigger ecommerce_integrations_keep_updated_at on public.ecommerce_integrations;
drop trigger policies_keep_updated_at on public.policies;
drop trigger deployments_keep_updated_at on public.deployments;
drop trigger sites_keep_updated_at on public.sites;
drop trigger customers_keep_updated_at on public.customers;
drop trigger users_keep_updated_at on public.users;

drop function public.update_updated_at_column();
