create schema if not exists hosterizer;

comment on schema hosterizer is 'What hosterizer-database knows of this database';

-- node-pg-migrate asks for these three columns, and takes the table as it finds it.
create table if not exists hosterizer.schema_migrations (
    id bigint generated always as identity,
    name text not null,
    run_on timestamptz not null,
    constraint schema_migrations_pkey primary key (id),
    constraint schema_migrations_name_key unique (name)
);

comment on table hosterizer.schema_migrations is 'The migrations that are applied';

-- node-pg-migrate writes its row last and deletes it on the way down, so the key is checked at commit.
create table if not exists hosterizer.migration_files (
    name text not null,
    up_sha256 text not null,
    down_sha256 text not null,
    up_tokens_sha256 text not null,
    down_tokens_sha256 text not null,
    constraint migration_files_pkey primary key (name),
    constraint migration_files_name_fkey foreign key (name)
        references hosterizer.schema_migrations (name) on delete cascade
        deferrable initially deferred
);

comment on table hosterizer.migration_files is 'The files as they were when they were applied';

create table if not exists hosterizer.migration_statements (
    name text not null,
    direction text not null,
    ordinal integer not null,
    sha256 text not null,
    finished boolean not null,
    constraint migration_statements_pkey primary key (name, direction, ordinal),
    constraint migration_statements_direction_check check (direction in ('up', 'down'))
);

comment on table hosterizer.migration_statements is 'How far a file without a transaction has come; empty between runs';

create table if not exists hosterizer.accepted_drift (
    id bigint generated always as identity,
    accepted_at timestamptz not null default pg_catalog.now(),
    system_user_name text not null,
    login text not null default session_user,
    reason text not null,
    differences jsonb not null,
    constraint accepted_drift_pkey primary key (id),
    constraint accepted_drift_reason_check check (reason ~ '\S')
);

comment on table hosterizer.accepted_drift is 'What was done by hand and accepted afterwards';
comment on column hosterizer.accepted_drift.system_user_name is 'Who was logged in to the machine';
comment on column hosterizer.accepted_drift.differences is 'An array of objects: kind, object, expected, actual';

create table if not exists hosterizer.schema_records (
    id bigint generated always as identity,
    version integer not null,
    format text not null,
    recorded_at timestamptz not null default pg_catalog.now(),
    recorded_by text not null default session_user,
    reason text,
    stamp text,
    constraint schema_records_pkey primary key (id)
);

comment on table hosterizer.schema_records is 'When the schema was recorded as the expected one; the last row is the one in force';
comment on column hosterizer.schema_records.version is 'Number of the last migration that was applied then';
comment on column hosterizer.schema_records.format is 'What was looked at, and how: a record of another format can''t be compared';
comment on column hosterizer.schema_records.stamp is 'Of the catalog then: where it is the same, so is the schema; null: not known';
comment on column hosterizer.schema_records.reason is 'Why somebody accepted what was done by hand; null: a migration run';

create table if not exists hosterizer.schema_objects (
    kind text not null,
    identity text not null,
    facts jsonb not null,
    digest bigint not null,
    constraint schema_objects_pkey primary key (kind, identity)
);

comment on table hosterizer.schema_objects is 'Every object of the schema as the last migration left it';
comment on column hosterizer.schema_objects.digest is 'Of the facts as they were read: where it is the same, they are';
