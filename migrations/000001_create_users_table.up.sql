create table public.users (
    id bigint generated always as identity,
    email text not null,
    password_hash text not null,
    full_name text not null,
    role text not null default 'customer',
    mfa_enabled boolean not null default false,
    mfa_secret bytea,
    failed_login_attempts integer not null default 0,
    locked_until timestamptz,
    last_login_at timestamptz,
    created_at timestamptz not null default pg_catalog.now(),
    updated_at timestamptz not null default pg_catalog.now(),

    constraint users_pkey primary key (id),
    constraint users_email_check check (email ~ '^[^@\s]+@[^@\s]+$' and char_length(email) <= 254),
    constraint users_password_hash_check check (char_length(password_hash) between 1 and 1000),
    constraint users_full_name_check check (char_length(full_name) between 1 and 200),
    constraint users_role_check check (role in ('administrator', 'customer')),
    constraint users_mfa_secret_check check (mfa_secret is not null or not mfa_enabled),
    constraint users_failed_login_attempts_check check (failed_login_attempts >= 0)
);

-- One account per address, however its owner happens to type it.
create unique index users_lower_email_key on public.users (lower(email));

comment on table public.users is 'People who sign in, with their credentials';
comment on column public.users.email is 'As the user wrote it; unique without regard to case';
comment on column public.users.password_hash is 'Salted hash with its algorithm and cost, never a password';
comment on column public.users.role is 'administrator sees every customer, customer only its own';
comment on column public.users.mfa_secret is 'Seed of the one-time codes, encrypted by the application';
comment on column public.users.failed_login_attempts is 'Failures since the last success';
comment on column public.users.locked_until is 'No login before this moment; null when not locked';
