create function public.update_updated_at_column() returns trigger
language plpgsql
as $$
begin
    new.updated_at := pg_catalog.now();
    return new;
end;
$$;

comment on function public.update_updated_at_column() is 'Trigger: stamps a changed row with the time of its transaction';

create trigger users_keep_updated_at before update on public.users
for each row execute function public.update_updated_at_column();

create trigger customers_keep_updated_at before update on public.customers
for each row execute function public.update_updated_at_column();

create trigger sites_keep_updated_at before update on public.sites
for each row execute function public.update_updated_at_column();

create trigger deployments_keep_updated_at before update on public.deployments
for each row execute function public.update_updated_at_column();

create trigger policies_keep_updated_at before update on public.policies
for each row execute function public.update_updated_at_column();

create trigger ecommerce_integrations_keep_updated_at before update on public.ecommerce_integrations
for each row execute function public.update_updated_at_column();

create trigger cost_records_keep_updated_at before update on public.cost_records
for each row execute function public.update_updated_at_column();
