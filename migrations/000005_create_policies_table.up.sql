create table public.policies (
    id bigint generated always as identity,
    name text not null,
    kind text not null,
    description text,
    rules jsonb not null,
    enabled boolean not null default true,
    created_at timestamptz not null default pg_catalog.now(),
    updated_at timestamptz not null default pg_catalog.now(),

    constraint policies_pkey primary key (id),
    constraint policies_name_key unique (name),
    constraint policies_name_check check (char_length(name) between 1 and 200),
    constraint policies_kind_check check (kind in ('resource_limit', 'security', 'cost')),
    constraint policies_description_check check (char_length(description) <= 2000),
    constraint policies_rules_check check (jsonb_typeof(rules) = 'object')
);

comment on table public.policies is 'Rules of the house that every deployment is checked against';
comment on column public.policies.kind is 'What it governs: resource_limit, security or cost';
comment on column public.policies.rules is 'The conditions, as the policy engine reads them';
comment on column public.policies.enabled is 'Off keeps the policy and stops enforcing it';
