-- One of everything that the record of the schema knows, with what is easily written in two ways.
create schema extra;
comment on schema extra is 'Made by a migration';
create table extra.visits (at timestamptz not null);

create type public.mood as enum ('sad', 'it''s', 'glad');
comment on type public.mood is 'How it goes';
create domain public.code as varchar(5) collate "C" default 'x' not null
constraint code_known check (value in ('a', 'b', 'x')) constraint code_filled check (value <> '');
create type public.pair as (a integer, "B b" varchar(3) collate "C");
create type public.hours as range (subtype = time);

create function public.same(mood public.mood, number integer) returns boolean
language sql immutable as 'select mood is null and number is null';
create operator public.=== (function = public.same, leftarg = public.mood, rightarg = integer);
comment on operator public.=== (public.mood, integer) is 'Never';
create function public.to_number(mood public.mood) returns integer language sql immutable as 'select 1';
create cast (public.mood as integer) with function public.to_number(public.mood) as assignment;
create cast (public.mood as public.pair) with inout as implicit;

create table public.users (
    id bigint generated always as identity (start 10 increment 5 cache 2 cycle),
    number serial,
    mood public.mood default 'sad',
    code public.code,
    pair public.pair,
    title text collate "C" default now()::text,
    total numeric(5, 2) generated always as (1.5) stored,
    long text compression pglz,
    at timestamptz default '2020-01-01 00:00+02',
    span interval default '1 day 02:03',
    share float8 default 0.1,
    kinds varchar(3) [] default '{a}',
    status varchar(20),
    constraint users_pkey primary key (id),
    constraint users_number_key unique (number) include (title),
    constraint users_share_check check (share > 0),
    constraint users_share_excl exclude (share with =),
    constraint users_status_check check (status in ('on', 'it''s]', 'off') or (status = 'a' or status = 'b') or long is null)
) with (fillfactor = 70, toast.autovacuum_enabled = false);
alter table public.users alter long set storage external;
alter table public.users replica identity full;
comment on table public.users is 'People';
comment on column public.users.title is 'Of address';
comment on constraint users_pkey on public.users is 'Their number';
create table public.heirs () inherits (public.users);
create unlogged table public.scratch (a integer);

create table public.events (
    id bigint,
    at date not null,
    user_id bigint constraint events_user_fkey references public.users on delete cascade,
    constraint events_pkey primary key (id, at)
) partition by range (at);
create table public.events_2020 partition of public.events for values from ('2020-01-01') to ('2021-01-01');
create table public.events_2021 partition of public.events for values from ('2021-01-01') to ('2022-01-01')
partition by list (id);
create table public.events_2021_rest partition of public.events_2021 default;
create table public.notes (
    id bigint,
    at date,
    constraint notes_event_fkey foreign key (id, at) references public.events
);
alter table public.notes add constraint notes_at_check check (at > '2000-01-01') not valid;

create index events_user_idx on public.events (user_id) where user_id > 3;
comment on index public.events_user_idx is 'For the bill';
create index users_title_idx on public.users (lower(title), (share::integer) desc nulls last)
where status in ('on', 'off');
create statistics public.users_stats (dependencies) on id, share from public.users;

create function public.stamp() returns trigger language plpgsql as $$ begin return new; end $$;
create function public.more(a integer, b text default 'x', out c integer) language sql begin atomic select a + 1; end;
create procedure public.nothing() language sql set search_path = '' as 'select 1';
create aggregate public.total(integer) (sfunc = int4pl, stype = integer, initcond = '0');
create trigger stamp before insert on public.events for each row execute function public.stamp();
create constraint trigger late after update on public.users deferrable initially deferred
for each row execute function public.stamp();
alter table public.users disable trigger late;
alter table public.events_2020 disable trigger stamp;

create view public.live with (security_invoker = on) as
select u.id, u.title from public.users as u where u.status in ('on', 'off') and u.mood in ('sad');
comment on column public.live.title is 'As it is';
create rule keep as on delete to public.live do instead nothing;
create materialized view public.counted as select count(*) as count from public.users;
create index counted_count_idx on public.counted (count);
create sequence public.downwards as smallint increment -1 cycle;
