-- One of everything that a schema is made of, with rows. What breaks it stands in repairSchema.test.ts.
create type public.mood as enum ('sad', 'happy');
create domain public.postcode as text check (value ~ '^[0-9]{5}$');
create type public.point_of_sale as (city text, number integer);

create function public.stamp() returns trigger
language plpgsql
as $$
begin
    new.changed := pg_catalog.now();
    return new;
end;
$$;

create function public.doubled(amount integer) returns integer
language sql immutable
as $$ select amount * 2 $$;

create procedure public.tidy()
language sql
as $$ select 1 $$;

create operator public.*** (function = int4mul, leftarg = integer, rightarg = integer, commutator = operator(public.***));
create cast (public.point_of_sale as text) with inout;
create aggregate public.total(integer) (sfunc = int4pl, stype = integer, initcond = '0');

create table public.shops (
    id bigint generated always as identity,
    name text not null,
    city text not null default 'Berlin',
    code public.postcode,
    mood public.mood,
    changed timestamptz,
    notes text,
    constraint shops_pkey primary key (id),
    constraint shops_name_city_key unique (name, city),
    constraint shops_name_check check (char_length(name) > 0)
);

create index shops_city_idx on public.shops (city);
create unique index shops_lower_name_key on public.shops (lower(name));
create index shops_notes_idx on public.shops (notes) where notes is not null;
comment on table public.shops is 'Where things are sold';
comment on column public.shops.city is 'Where it is';
comment on index public.shops_city_idx is 'For the map';
alter table public.shops set (fillfactor = 90);

create table public.sales (
    id bigint generated always as identity,
    shop_id bigint not null,
    amount integer not null,
    sold date not null,
    constraint sales_pkey primary key (id, sold),
    constraint sales_shop_id_fkey foreign key (shop_id) references public.shops (id),
    constraint sales_amount_check check (amount > 0)
) partition by range (sold);
create table public.sales_2025 partition of public.sales for values from ('2025-01-01') to ('2026-01-01');
create table public.sales_2026 partition of public.sales for values from ('2026-01-01') to ('2027-01-01');
create index sales_sold_idx on public.sales (sold);

create statistics public.shops_stats (dependencies) on name, city from public.shops;

create view public.busy_shops as
select shops.id, shops.name, public.doubled(3) as six from public.shops;
comment on view public.busy_shops is 'Those that sell';
comment on column public.busy_shops.six is 'Always six';
create view public.busiest as select busy_shops.name from public.busy_shops;

create trigger shops_stamp before update on public.shops for each row execute function public.stamp();
create trigger sales_stamp after update on public.sales for each row execute function public.stamp();
create rule shops_keep as on delete to public.shops where old.id < 0 do instead nothing;

-- Names that have to be quoted.
create schema "Odd. One";
create table "Odd. One"."Order (x)" (
    "Group, b" integer not null default 1,
    "select" text,
    constraint "Key. (a)" primary key ("Group, b"),
    constraint "Check on it" check ("select" <> 'a"b')
);
create index "Index on x" on "Odd. One"."Order (x)" ("select", "Group, b");
create view "Odd. One"."View" as select "Order (x)"."select" as "Column: y" from "Odd. One"."Order (x)";
comment on column "Odd. One"."View"."Column: y" is 'one: two';
create function "Odd. One"."F()"() returns trigger language plpgsql as 'begin return new; end';
create trigger "Trigger on z" before update on "Odd. One"."Order (x)" for each row execute function "Odd. One"."F()"();
insert into "Odd. One"."Order (x)" values (1, 'x'), (2, 'y');

create sequence public.tickets owned by public.shops.id;

insert into public.shops (name, city, code, mood, notes)
select 'shop ' || n, case when n % 2 = 0 then 'Berlin' else 'Oslo' end, '12345', 'happy', 'note ' || n
from generate_series(1, 200) as n;
insert into public.sales (shop_id, amount, sold)
select n, n, case when n % 2 = 0 then '2025-05-05' else '2026-05-05' end::date from generate_series(1, 200) as n;
