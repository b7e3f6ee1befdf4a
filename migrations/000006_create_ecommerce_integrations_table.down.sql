drop table public.ecommerce_integrations;
