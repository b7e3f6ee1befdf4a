-- What `npm run up` makes on the stack local, as pg_dump writes it; see test/stack/schemaFile.test.ts.

-- PostgreSQL database cluster dump

-- Roles

CREATE ROLE app_backup;
ALTER ROLE app_backup WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity';
CREATE ROLE app_monitor;
ALTER ROLE app_monitor WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 10 VALID UNTIL 'infinity';
CREATE ROLE app_pooler;
ALTER ROLE app_pooler WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity';
CREATE ROLE app_readonly;
ALTER ROLE app_readonly WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity';
CREATE ROLE app_user;
ALTER ROLE app_user WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity';
CREATE ROLE hosterizer_authenticator;
ALTER ROLE hosterizer_authenticator WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity';
CREATE ROLE hosterizer_migrator;
ALTER ROLE hosterizer_migrator WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity';
CREATE ROLE hosterizer_owner;
ALTER ROLE hosterizer_owner WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity';
CREATE ROLE postgres;
ALTER ROLE postgres WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;

-- User Configurations

-- Role memberships

GRANT hosterizer_owner TO hosterizer_migrator GRANTED BY postgres;
GRANT pg_monitor TO app_monitor GRANTED BY postgres;

-- PostgreSQL database cluster dump complete

-- PostgreSQL database dump

-- Name: hosterizer; Type: DATABASE; Schema: -; Owner: hosterizer_owner

CREATE DATABASE hosterizer WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc LOCALE = 'C';

ALTER DATABASE hosterizer OWNER TO hosterizer_owner;

-- Name: hosterizer; Type: DATABASE PROPERTIES; Schema: -; Owner: hosterizer_owner

ALTER ROLE app_readonly IN DATABASE hosterizer SET idle_in_transaction_session_timeout TO '1min';
ALTER ROLE app_readonly IN DATABASE hosterizer SET idle_session_timeout TO '1h';
ALTER ROLE app_readonly IN DATABASE hosterizer SET lock_timeout TO '10s';
ALTER ROLE app_readonly IN DATABASE hosterizer SET max_parallel_workers_per_gather TO '0';
ALTER ROLE app_readonly IN DATABASE hosterizer SET statement_timeout TO '5min';
ALTER ROLE app_user IN DATABASE hosterizer SET idle_in_transaction_session_timeout TO '1min';
ALTER ROLE app_user IN DATABASE hosterizer SET idle_session_timeout TO '1h';
ALTER ROLE app_user IN DATABASE hosterizer SET lock_timeout TO '10s';
ALTER ROLE app_user IN DATABASE hosterizer SET max_parallel_workers_per_gather TO '0';
ALTER ROLE app_user IN DATABASE hosterizer SET statement_timeout TO '5min';
ALTER ROLE postgres IN DATABASE hosterizer SET search_path TO '';

-- Name: hosterizer; Type: SCHEMA; Schema: -; Owner: hosterizer_owner

CREATE SCHEMA hosterizer;

ALTER SCHEMA hosterizer OWNER TO hosterizer_owner;

-- Name: SCHEMA hosterizer; Type: COMMENT; Schema: -; Owner: hosterizer_owner

COMMENT ON SCHEMA hosterizer IS 'What hosterizer-database knows of this database';

-- Name: monitoring; Type: SCHEMA; Schema: -; Owner: hosterizer_owner

CREATE SCHEMA monitoring;

ALTER SCHEMA monitoring OWNER TO hosterizer_owner;

-- Name: pooler; Type: SCHEMA; Schema: -; Owner: hosterizer_owner

CREATE SCHEMA pooler;

ALTER SCHEMA pooler OWNER TO hosterizer_owner;

-- Name: tenancy; Type: SCHEMA; Schema: -; Owner: hosterizer_owner

CREATE SCHEMA tenancy;

ALTER SCHEMA tenancy OWNER TO hosterizer_owner;

-- Name: pg_stat_statements; Type: EXTENSION; Schema: -; Owner: -

CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA monitoring;

-- Name: EXTENSION pg_stat_statements; Type: COMMENT; Schema: -; Owner: 

COMMENT ON EXTENSION pg_stat_statements IS 'track planning and execution statistics of all SQL statements executed';

-- Name: pgcrypto; Type: EXTENSION; Schema: -; Owner: -

CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;

-- Name: EXTENSION pgcrypto; Type: COMMENT; Schema: -; Owner: 

COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';

-- Name: uuid-ossp; Type: EXTENSION; Schema: -; Owner: -

CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;

-- Name: EXTENSION "uuid-ossp"; Type: COMMENT; Schema: -; Owner: 

COMMENT ON EXTENSION "uuid-ossp" IS 'generate universally unique identifiers (UUIDs)';

-- Name: user_lookup(name); Type: FUNCTION; Schema: pooler; Owner: hosterizer_authenticator

CREATE FUNCTION pooler.user_lookup(requested name) RETURNS TABLE(username name, verifier text)
    LANGUAGE sql STABLE STRICT SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
select a.rolname, a.rolpassword
  from pg_catalog.pg_authid as a
 where a.rolname = requested
   and a.rolcanlogin
   and a.rolpassword like 'SCRAM-SHA-256$%'
   and coalesce(a.rolvaliduntil > now(), true)
   and not pg_has_role(a.oid, 'hosterizer_owner', 'member')
   and not pg_has_role(a.oid, 'hosterizer_authenticator', 'member')
   and not pg_has_role(a.oid, 'app_pooler', 'member')
   and not exists (
     select
       from pg_catalog.pg_authid as r
      where (r.rolsuper or r.rolreplication or r.rolbypassrls or r.rolcreaterole)
        and pg_has_role(a.oid, r.oid, 'member')
   )
$_$;

ALTER FUNCTION pooler.user_lookup(requested name) OWNER TO hosterizer_authenticator;

-- Name: update_updated_at_column(); Type: FUNCTION; Schema: public; Owner: hosterizer_owner

CREATE FUNCTION public.update_updated_at_column() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    new.updated_at := pg_catalog.now();
    return new;
end;
$$;

ALTER FUNCTION public.update_updated_at_column() OWNER TO hosterizer_owner;

-- Name: FUNCTION update_updated_at_column(); Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON FUNCTION public.update_updated_at_column() IS 'Trigger: stamps a changed row with the time of its transaction';

-- Name: acts_as(name[]); Type: FUNCTION; Schema: tenancy; Owner: hosterizer_owner

CREATE FUNCTION tenancy.acts_as(roles name[]) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
declare
  one pg_catalog.name;
begin
  foreach one in array roles loop
    if pg_catalog.pg_has_role(current_user, pg_catalog.to_regrole(pg_catalog.quote_ident(one))::pg_catalog.oid, 'USAGE') then
      return true;
    end if;
  end loop;
  return false;
end
$$;

ALTER FUNCTION tenancy.acts_as(roles name[]) OWNER TO hosterizer_owner;

-- Name: current_customer_id(); Type: FUNCTION; Schema: tenancy; Owner: hosterizer_owner

CREATE FUNCTION tenancy.current_customer_id() RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $_$
declare
  who constant pg_catalog.text := pg_catalog.current_setting('app.current_user_role', true);
  written pg_catalog.text;
begin
  if who operator(pg_catalog.=) 'administrator' then
    return null;
  end if;
  if who operator(pg_catalog.=) 'customer' then
    written := pg_catalog.current_setting('app.current_customer_id', true);
    if written operator(pg_catalog.~) '^[0-9]{1,19}$' then
      if written::pg_catalog.numeric operator(pg_catalog.<=) 9223372036854775807 then
        return written::pg_catalog.int8;
      end if;
    end if;
  end if;
  return null;
end
$_$;

ALTER FUNCTION tenancy.current_customer_id() OWNER TO hosterizer_owner;

-- Name: highest_customer_id(); Type: FUNCTION; Schema: tenancy; Owner: hosterizer_owner

CREATE FUNCTION tenancy.highest_customer_id() RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $_$
declare
  who constant pg_catalog.text := pg_catalog.current_setting('app.current_user_role', true);
  written pg_catalog.text;
begin
  if who operator(pg_catalog.=) 'administrator' then
    return '9223372036854775807'::pg_catalog.int8;
  end if;
  if who operator(pg_catalog.=) 'customer' then
    written := pg_catalog.current_setting('app.current_customer_id', true);
    if written operator(pg_catalog.~) '^[0-9]{1,19}$' then
      if written::pg_catalog.numeric operator(pg_catalog.<=) 9223372036854775807 then
        return written::pg_catalog.int8;
      end if;
    end if;
  end if;
  return null;
end
$_$;

ALTER FUNCTION tenancy.highest_customer_id() OWNER TO hosterizer_owner;

-- Name: is_administrator(); Type: FUNCTION; Schema: tenancy; Owner: hosterizer_owner

CREATE FUNCTION tenancy.is_administrator() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $_$
declare
  who constant pg_catalog.text := pg_catalog.current_setting('app.current_user_role', true);
  written pg_catalog.text;
begin
  if who operator(pg_catalog.=) 'administrator' then
    return true;
  end if;
  if who operator(pg_catalog.=) 'customer' then
    written := pg_catalog.current_setting('app.current_customer_id', true);
    if written operator(pg_catalog.~) '^[0-9]{1,19}$' then
      if written::pg_catalog.numeric operator(pg_catalog.<=) 9223372036854775807 then
        return false;
      end if;
    end if;
  end if;
  return false;
end
$_$;

ALTER FUNCTION tenancy.is_administrator() OWNER TO hosterizer_owner;

-- Name: lowest_customer_id(); Type: FUNCTION; Schema: tenancy; Owner: hosterizer_owner

CREATE FUNCTION tenancy.lowest_customer_id() RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $_$
declare
  who constant pg_catalog.text := pg_catalog.current_setting('app.current_user_role', true);
  written pg_catalog.text;
begin
  if who operator(pg_catalog.=) 'administrator' then
    return '-9223372036854775808'::pg_catalog.int8;
  end if;
  if who operator(pg_catalog.=) 'customer' then
    written := pg_catalog.current_setting('app.current_customer_id', true);
    if written operator(pg_catalog.~) '^[0-9]{1,19}$' then
      if written::pg_catalog.numeric operator(pg_catalog.<=) 9223372036854775807 then
        return written::pg_catalog.int8;
      end if;
    end if;
  end if;
  return null;
end
$_$;

ALTER FUNCTION tenancy.lowest_customer_id() OWNER TO hosterizer_owner;

-- Name: accepted_drift; Type: TABLE; Schema: hosterizer; Owner: hosterizer_owner

CREATE TABLE hosterizer.accepted_drift (
    id bigint NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() NOT NULL,
    system_user_name text NOT NULL,
    login text DEFAULT SESSION_USER NOT NULL,
    reason text NOT NULL,
    differences jsonb NOT NULL,
    CONSTRAINT accepted_drift_reason_check CHECK ((reason ~ '\S'::text))
);

ALTER TABLE hosterizer.accepted_drift OWNER TO hosterizer_owner;

-- Name: TABLE accepted_drift; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON TABLE hosterizer.accepted_drift IS 'What was done by hand and accepted afterwards';

-- Name: COLUMN accepted_drift.system_user_name; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON COLUMN hosterizer.accepted_drift.system_user_name IS 'Who was logged in to the machine';

-- Name: COLUMN accepted_drift.differences; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON COLUMN hosterizer.accepted_drift.differences IS 'An array of objects: kind, object, expected, actual';

-- Name: accepted_drift_id_seq; Type: SEQUENCE; Schema: hosterizer; Owner: hosterizer_owner

ALTER TABLE hosterizer.accepted_drift ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME hosterizer.accepted_drift_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: migration_files; Type: TABLE; Schema: hosterizer; Owner: hosterizer_owner

CREATE TABLE hosterizer.migration_files (
    name text NOT NULL,
    up_sha256 text NOT NULL,
    down_sha256 text NOT NULL,
    up_tokens_sha256 text NOT NULL,
    down_tokens_sha256 text NOT NULL
);

ALTER TABLE hosterizer.migration_files OWNER TO hosterizer_owner;

-- Name: TABLE migration_files; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON TABLE hosterizer.migration_files IS 'The files as they were when they were applied';

-- Name: migration_statements; Type: TABLE; Schema: hosterizer; Owner: hosterizer_owner

CREATE TABLE hosterizer.migration_statements (
    name text NOT NULL,
    direction text NOT NULL,
    ordinal integer NOT NULL,
    sha256 text NOT NULL,
    finished boolean NOT NULL,
    CONSTRAINT migration_statements_direction_check CHECK ((direction = ANY (ARRAY['up'::text, 'down'::text])))
);

ALTER TABLE hosterizer.migration_statements OWNER TO hosterizer_owner;

-- Name: TABLE migration_statements; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON TABLE hosterizer.migration_statements IS 'How far a file without a transaction has come; empty between runs';

-- Name: schema_migrations; Type: TABLE; Schema: hosterizer; Owner: hosterizer_owner

CREATE TABLE hosterizer.schema_migrations (
    id bigint NOT NULL,
    name text NOT NULL,
    run_on timestamp with time zone NOT NULL
);

ALTER TABLE hosterizer.schema_migrations OWNER TO hosterizer_owner;

-- Name: TABLE schema_migrations; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON TABLE hosterizer.schema_migrations IS 'The migrations that are applied';

-- Name: schema_migrations_id_seq; Type: SEQUENCE; Schema: hosterizer; Owner: hosterizer_owner

ALTER TABLE hosterizer.schema_migrations ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME hosterizer.schema_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: schema_objects; Type: TABLE; Schema: hosterizer; Owner: hosterizer_owner

CREATE TABLE hosterizer.schema_objects (
    kind text NOT NULL,
    identity text NOT NULL,
    facts jsonb NOT NULL,
    digest bigint NOT NULL
);

ALTER TABLE hosterizer.schema_objects OWNER TO hosterizer_owner;

-- Name: TABLE schema_objects; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON TABLE hosterizer.schema_objects IS 'Every object of the schema as the last migration left it';

-- Name: COLUMN schema_objects.digest; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON COLUMN hosterizer.schema_objects.digest IS 'Of the facts as they were read: where it is the same, they are';

-- Name: schema_records; Type: TABLE; Schema: hosterizer; Owner: hosterizer_owner

CREATE TABLE hosterizer.schema_records (
    id bigint NOT NULL,
    version integer NOT NULL,
    format text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    recorded_by text DEFAULT SESSION_USER NOT NULL,
    reason text,
    stamp text
);

ALTER TABLE hosterizer.schema_records OWNER TO hosterizer_owner;

-- Name: TABLE schema_records; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON TABLE hosterizer.schema_records IS 'When the schema was recorded as the expected one; the last row is the one in force';

-- Name: COLUMN schema_records.version; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON COLUMN hosterizer.schema_records.version IS 'Number of the last migration that was applied then';

-- Name: COLUMN schema_records.format; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON COLUMN hosterizer.schema_records.format IS 'What was looked at, and how: a record of another format can''t be compared';

-- Name: COLUMN schema_records.reason; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON COLUMN hosterizer.schema_records.reason IS 'Why somebody accepted what was done by hand; null: a migration run';

-- Name: COLUMN schema_records.stamp; Type: COMMENT; Schema: hosterizer; Owner: hosterizer_owner

COMMENT ON COLUMN hosterizer.schema_records.stamp IS 'Of the catalog then: where it is the same, so is the schema; null: not known';

-- Name: schema_records_id_seq; Type: SEQUENCE; Schema: hosterizer; Owner: hosterizer_owner

ALTER TABLE hosterizer.schema_records ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME hosterizer.schema_records_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: cost_records; Type: TABLE; Schema: public; Owner: hosterizer_owner

CREATE TABLE public.cost_records (
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    site_id bigint NOT NULL,
    cost_date date NOT NULL,
    amount numeric(14,4) NOT NULL,
    currency text NOT NULL,
    breakdown jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT cost_records_amount_check CHECK ((amount <> 'NaN'::numeric)),
    CONSTRAINT cost_records_breakdown_check CHECK ((jsonb_typeof(breakdown) = 'object'::text)),
    CONSTRAINT cost_records_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text))
);
ALTER TABLE ONLY public.cost_records ALTER COLUMN amount SET STATISTICS 0;
ALTER TABLE ONLY public.cost_records ALTER COLUMN breakdown SET STATISTICS 0;

ALTER TABLE ONLY public.cost_records FORCE ROW LEVEL SECURITY;

ALTER TABLE public.cost_records OWNER TO hosterizer_owner;

-- Name: TABLE cost_records; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON TABLE public.cost_records IS 'What a site cost on one day, as its cloud provider billed it';

-- Name: COLUMN cost_records.customer_id; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.cost_records.customer_id IS 'The tenant, always that of the site';

-- Name: COLUMN cost_records.cost_date; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.cost_records.cost_date IS 'The day of the bill, in UTC';

-- Name: COLUMN cost_records.amount; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.cost_records.amount IS 'Total of the day; negative when credits exceed usage';

-- Name: COLUMN cost_records.currency; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.cost_records.currency IS 'ISO 4217 code, such as EUR';

-- Name: COLUMN cost_records.breakdown; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.cost_records.breakdown IS 'Amount by type of resource, in the same currency';

-- Name: cost_records_id_seq; Type: SEQUENCE; Schema: public; Owner: hosterizer_owner

ALTER TABLE public.cost_records ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.cost_records_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: customers; Type: TABLE; Schema: public; Owner: hosterizer_owner

CREATE TABLE public.customers (
    id bigint NOT NULL,
    owner_user_id bigint NOT NULL,
    name text NOT NULL,
    tier text DEFAULT 'standard'::text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    white_label_config jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT customers_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT customers_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'closed'::text]))),
    CONSTRAINT customers_tier_check CHECK ((tier = ANY (ARRAY['standard'::text, 'premium'::text]))),
    CONSTRAINT customers_white_label_config_check CHECK ((jsonb_typeof(white_label_config) = 'object'::text))
);
ALTER TABLE ONLY public.customers ALTER COLUMN name SET STATISTICS 0;
ALTER TABLE ONLY public.customers ALTER COLUMN white_label_config SET STATISTICS 0;

ALTER TABLE ONLY public.customers FORCE ROW LEVEL SECURITY;

ALTER TABLE public.customers OWNER TO hosterizer_owner;

-- Name: TABLE customers; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON TABLE public.customers IS 'Organisations that host sites: the tenants';

-- Name: COLUMN customers.id; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.customers.id IS 'The tenant, compared with app.current_customer_id';

-- Name: COLUMN customers.owner_user_id; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.customers.owner_user_id IS 'The user who answers for this customer';

-- Name: COLUMN customers.tier; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.customers.tier IS 'Level of service: standard or premium';

-- Name: COLUMN customers.status; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.customers.status IS 'active, suspended (may come back) or closed (kept for its bills)';

-- Name: COLUMN customers.white_label_config; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.customers.white_label_config IS 'Branding: names, colours, logos, own domains';

-- Name: customers_id_seq; Type: SEQUENCE; Schema: public; Owner: hosterizer_owner

ALTER TABLE public.customers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.customers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: deployments; Type: TABLE; Schema: public; Owner: hosterizer_owner

CREATE TABLE public.deployments (
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    site_id bigint NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    terraform_plan text,
    terraform_output text,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT deployments_finished_at_check CHECK ((((finished_at IS NOT NULL) = (status = ANY (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text]))) AND (finished_at >= COALESCE(started_at, finished_at)))),
    CONSTRAINT deployments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'planning'::text, 'planned'::text, 'applying'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text])))
);
ALTER TABLE ONLY public.deployments ALTER COLUMN terraform_plan SET STATISTICS 0;
ALTER TABLE ONLY public.deployments ALTER COLUMN terraform_output SET STATISTICS 0;

ALTER TABLE ONLY public.deployments FORCE ROW LEVEL SECURITY;

ALTER TABLE public.deployments OWNER TO hosterizer_owner;

-- Name: TABLE deployments; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON TABLE public.deployments IS 'Every run of Terraform for a site, newest and past';

-- Name: COLUMN deployments.customer_id; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.deployments.customer_id IS 'The tenant, always that of the site';

-- Name: COLUMN deployments.terraform_plan; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.deployments.terraform_plan IS 'What terraform plan announced; may hold secrets';

-- Name: COLUMN deployments.terraform_output; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.deployments.terraform_output IS 'What terraform apply printed; may hold secrets';

-- Name: COLUMN deployments.started_at; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.deployments.started_at IS 'When Terraform began; null while it waits';

-- Name: COLUMN deployments.finished_at; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.deployments.finished_at IS 'When it ended, well or not; null until then';

-- Name: deployments_id_seq; Type: SEQUENCE; Schema: public; Owner: hosterizer_owner

ALTER TABLE public.deployments ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.deployments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: ecommerce_integrations; Type: TABLE; Schema: public; Owner: hosterizer_owner

CREATE TABLE public.ecommerce_integrations (
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    site_id bigint NOT NULL,
    platform text NOT NULL,
    store_url text NOT NULL,
    encrypted_credentials bytea NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    last_sync_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ecommerce_integrations_encrypted_credentials_check CHECK (((octet_length(encrypted_credentials) >= 1) AND (octet_length(encrypted_credentials) <= 65536))),
    CONSTRAINT ecommerce_integrations_platform_check CHECK ((platform = ANY (ARRAY['shopify'::text, 'woocommerce'::text, 'bigcommerce'::text]))),
    CONSTRAINT ecommerce_integrations_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'connected'::text, 'failed'::text, 'disabled'::text]))),
    CONSTRAINT ecommerce_integrations_store_url_check CHECK (((store_url ~ '^https://'::text) AND (char_length(store_url) <= 2000)))
);
ALTER TABLE ONLY public.ecommerce_integrations ALTER COLUMN store_url SET STATISTICS 0;
ALTER TABLE ONLY public.ecommerce_integrations ALTER COLUMN encrypted_credentials SET STATISTICS 0;

ALTER TABLE ONLY public.ecommerce_integrations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.ecommerce_integrations OWNER TO hosterizer_owner;

-- Name: TABLE ecommerce_integrations; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON TABLE public.ecommerce_integrations IS 'Connections of a site to a shop platform';

-- Name: COLUMN ecommerce_integrations.customer_id; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.ecommerce_integrations.customer_id IS 'The tenant, always that of the site';

-- Name: COLUMN ecommerce_integrations.encrypted_credentials; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.ecommerce_integrations.encrypted_credentials IS 'Encrypted by the application; the key is not in this database';

-- Name: COLUMN ecommerce_integrations.status; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.ecommerce_integrations.status IS 'Whether the platform accepts the credentials';

-- Name: COLUMN ecommerce_integrations.last_sync_at; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.ecommerce_integrations.last_sync_at IS 'Last complete synchronisation; null before the first';

-- Name: ecommerce_integrations_id_seq; Type: SEQUENCE; Schema: public; Owner: hosterizer_owner

ALTER TABLE public.ecommerce_integrations ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ecommerce_integrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: policies; Type: TABLE; Schema: public; Owner: hosterizer_owner

CREATE TABLE public.policies (
    id bigint NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    description text,
    rules jsonb NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT policies_description_check CHECK ((char_length(description) <= 2000)),
    CONSTRAINT policies_kind_check CHECK ((kind = ANY (ARRAY['resource_limit'::text, 'security'::text, 'cost'::text]))),
    CONSTRAINT policies_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT policies_rules_check CHECK ((jsonb_typeof(rules) = 'object'::text))
);

ALTER TABLE public.policies OWNER TO hosterizer_owner;

-- Name: TABLE policies; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON TABLE public.policies IS 'Rules of the house that every deployment is checked against';

-- Name: COLUMN policies.kind; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.policies.kind IS 'What it governs: resource_limit, security or cost';

-- Name: COLUMN policies.rules; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.policies.rules IS 'The conditions, as the policy engine reads them';

-- Name: COLUMN policies.enabled; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.policies.enabled IS 'Off keeps the policy and stops enforcing it';

-- Name: policies_id_seq; Type: SEQUENCE; Schema: public; Owner: hosterizer_owner

ALTER TABLE public.policies ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.policies_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: sites; Type: TABLE; Schema: public; Owner: hosterizer_owner

CREATE TABLE public.sites (
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    name text NOT NULL,
    domain text NOT NULL,
    cloud_provider text NOT NULL,
    region text NOT NULL,
    deployment_status text DEFAULT 'pending'::text NOT NULL,
    configuration jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT sites_cloud_provider_check CHECK ((cloud_provider = ANY (ARRAY['aws'::text, 'azure'::text, 'gcp'::text, 'digitalocean'::text, 'akamai'::text]))),
    CONSTRAINT sites_configuration_check CHECK ((jsonb_typeof(configuration) = 'object'::text)),
    CONSTRAINT sites_deployment_status_check CHECK ((deployment_status = ANY (ARRAY['pending'::text, 'deploying'::text, 'deployed'::text, 'failed'::text, 'stopped'::text]))),
    CONSTRAINT sites_domain_check CHECK (((char_length(domain) >= 1) AND (char_length(domain) <= 253))),
    CONSTRAINT sites_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT sites_region_check CHECK (((char_length(region) >= 1) AND (char_length(region) <= 100)))
);
ALTER TABLE ONLY public.sites ALTER COLUMN name SET STATISTICS 0;
ALTER TABLE ONLY public.sites ALTER COLUMN domain SET STATISTICS 0;
ALTER TABLE ONLY public.sites ALTER COLUMN configuration SET STATISTICS 0;

ALTER TABLE ONLY public.sites FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sites OWNER TO hosterizer_owner;

-- Name: TABLE sites; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON TABLE public.sites IS 'Websites that a customer has deployed to a cloud';

-- Name: COLUMN sites.customer_id; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.sites.customer_id IS 'The tenant';

-- Name: COLUMN sites.domain; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.sites.domain IS 'Host name; unique among the live sites of a customer';

-- Name: COLUMN sites.region; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.sites.region IS 'As the cloud provider spells it, such as eu-west-1';

-- Name: COLUMN sites.deployment_status; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.sites.deployment_status IS 'What the latest deployment left behind';

-- Name: COLUMN sites.configuration; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.sites.configuration IS 'Size, runtime and settings that deployments read';

-- Name: COLUMN sites.deleted_at; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.sites.deleted_at IS 'Soft delete: null while live; the row stays for its costs';

-- Name: sites_id_seq; Type: SEQUENCE; Schema: public; Owner: hosterizer_owner

ALTER TABLE public.sites ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.sites_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: users; Type: TABLE; Schema: public; Owner: hosterizer_owner

CREATE TABLE public.users (
    id bigint NOT NULL,
    email text NOT NULL,
    password_hash text NOT NULL,
    full_name text NOT NULL,
    role text DEFAULT 'customer'::text NOT NULL,
    mfa_enabled boolean DEFAULT false NOT NULL,
    mfa_secret bytea,
    failed_login_attempts integer DEFAULT 0 NOT NULL,
    locked_until timestamp with time zone,
    last_login_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT users_email_check CHECK (((email ~ '^[^@\s]+@[^@\s]+$'::text) AND (char_length(email) <= 254))),
    CONSTRAINT users_failed_login_attempts_check CHECK ((failed_login_attempts >= 0)),
    CONSTRAINT users_full_name_check CHECK (((char_length(full_name) >= 1) AND (char_length(full_name) <= 200))),
    CONSTRAINT users_mfa_secret_check CHECK (((mfa_secret IS NOT NULL) OR (NOT mfa_enabled))),
    CONSTRAINT users_password_hash_check CHECK (((char_length(password_hash) >= 1) AND (char_length(password_hash) <= 1000))),
    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'customer'::text])))
);
ALTER TABLE ONLY public.users ALTER COLUMN password_hash SET STATISTICS 0;
ALTER TABLE ONLY public.users ALTER COLUMN mfa_secret SET STATISTICS 0;

ALTER TABLE public.users OWNER TO hosterizer_owner;

-- Name: TABLE users; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON TABLE public.users IS 'People who sign in, with their credentials';

-- Name: COLUMN users.email; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.users.email IS 'As the user wrote it; unique without regard to case';

-- Name: COLUMN users.password_hash; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.users.password_hash IS 'Salted hash with its algorithm and cost, never a password';

-- Name: COLUMN users.role; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.users.role IS 'administrator sees every customer, customer only its own';

-- Name: COLUMN users.mfa_secret; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.users.mfa_secret IS 'Seed of the one-time codes, encrypted by the application';

-- Name: COLUMN users.failed_login_attempts; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.users.failed_login_attempts IS 'Failures since the last success';

-- Name: COLUMN users.locked_until; Type: COMMENT; Schema: public; Owner: hosterizer_owner

COMMENT ON COLUMN public.users.locked_until IS 'No login before this moment; null when not locked';

-- Name: users_id_seq; Type: SEQUENCE; Schema: public; Owner: hosterizer_owner

ALTER TABLE public.users ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: accepted_drift accepted_drift_pkey; Type: CONSTRAINT; Schema: hosterizer; Owner: hosterizer_owner

ALTER TABLE ONLY hosterizer.accepted_drift
    ADD CONSTRAINT accepted_drift_pkey PRIMARY KEY (id);

-- Name: migration_files migration_files_pkey; Type: CONSTRAINT; Schema: hosterizer; Owner: hosterizer_owner

ALTER TABLE ONLY hosterizer.migration_files
    ADD CONSTRAINT migration_files_pkey PRIMARY KEY (name);

-- Name: migration_statements migration_statements_pkey; Type: CONSTRAINT; Schema: hosterizer; Owner: hosterizer_owner

ALTER TABLE ONLY hosterizer.migration_statements
    ADD CONSTRAINT migration_statements_pkey PRIMARY KEY (name, direction, ordinal);

-- Name: schema_migrations schema_migrations_name_key; Type: CONSTRAINT; Schema: hosterizer; Owner: hosterizer_owner

ALTER TABLE ONLY hosterizer.schema_migrations
    ADD CONSTRAINT schema_migrations_name_key UNIQUE (name);

-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: hosterizer; Owner: hosterizer_owner

ALTER TABLE ONLY hosterizer.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (id);

-- Name: schema_objects schema_objects_pkey; Type: CONSTRAINT; Schema: hosterizer; Owner: hosterizer_owner

ALTER TABLE ONLY hosterizer.schema_objects
    ADD CONSTRAINT schema_objects_pkey PRIMARY KEY (kind, identity);

-- Name: schema_records schema_records_pkey; Type: CONSTRAINT; Schema: hosterizer; Owner: hosterizer_owner

ALTER TABLE ONLY hosterizer.schema_records
    ADD CONSTRAINT schema_records_pkey PRIMARY KEY (id);

-- Name: cost_records cost_records_pkey; Type: CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.cost_records
    ADD CONSTRAINT cost_records_pkey PRIMARY KEY (id);

-- Name: cost_records cost_records_site_id_cost_date_key; Type: CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.cost_records
    ADD CONSTRAINT cost_records_site_id_cost_date_key UNIQUE (site_id, cost_date);

-- Name: customers customers_pkey; Type: CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);

-- Name: deployments deployments_pkey; Type: CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.deployments
    ADD CONSTRAINT deployments_pkey PRIMARY KEY (id);

-- Name: ecommerce_integrations ecommerce_integrations_customer_id_site_id_platform_key; Type: CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.ecommerce_integrations
    ADD CONSTRAINT ecommerce_integrations_customer_id_site_id_platform_key UNIQUE (customer_id, site_id, platform);

-- Name: ecommerce_integrations ecommerce_integrations_pkey; Type: CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.ecommerce_integrations
    ADD CONSTRAINT ecommerce_integrations_pkey PRIMARY KEY (id);

-- Name: policies policies_name_key; Type: CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.policies
    ADD CONSTRAINT policies_name_key UNIQUE (name);

-- Name: policies policies_pkey; Type: CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.policies
    ADD CONSTRAINT policies_pkey PRIMARY KEY (id);

-- Name: sites sites_id_customer_id_key; Type: CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_id_customer_id_key UNIQUE (id, customer_id);

-- Name: sites sites_pkey; Type: CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_pkey PRIMARY KEY (id);

-- Name: users users_pkey; Type: CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

-- Name: cost_records_customer_id_cost_date_idx; Type: INDEX; Schema: public; Owner: hosterizer_owner

CREATE INDEX cost_records_customer_id_cost_date_idx ON public.cost_records USING btree (customer_id, cost_date);

-- Name: cost_records_customer_id_site_id_idx; Type: INDEX; Schema: public; Owner: hosterizer_owner

CREATE INDEX cost_records_customer_id_site_id_idx ON public.cost_records USING btree (customer_id, site_id);

-- Name: customers_owner_user_id_idx; Type: INDEX; Schema: public; Owner: hosterizer_owner

CREATE INDEX customers_owner_user_id_idx ON public.customers USING btree (owner_user_id);

-- Name: deployments_customer_id_site_id_created_at_idx; Type: INDEX; Schema: public; Owner: hosterizer_owner

CREATE INDEX deployments_customer_id_site_id_created_at_idx ON public.deployments USING btree (customer_id, site_id, created_at);

-- Name: deployments_customer_id_unfinished_idx; Type: INDEX; Schema: public; Owner: hosterizer_owner

CREATE INDEX deployments_customer_id_unfinished_idx ON public.deployments USING btree (customer_id, created_at) WHERE (finished_at IS NULL);

-- Name: policies_rules_idx; Type: INDEX; Schema: public; Owner: hosterizer_owner

CREATE INDEX policies_rules_idx ON public.policies USING gin (rules jsonb_path_ops);

-- Name: sites_customer_id_created_at_idx; Type: INDEX; Schema: public; Owner: hosterizer_owner

CREATE INDEX sites_customer_id_created_at_idx ON public.sites USING btree (customer_id, created_at);

-- Name: sites_customer_id_deployment_status_idx; Type: INDEX; Schema: public; Owner: hosterizer_owner

CREATE INDEX sites_customer_id_deployment_status_idx ON public.sites USING btree (customer_id, deployment_status) WHERE (deleted_at IS NULL);

-- Name: sites_customer_id_lower_domain_key; Type: INDEX; Schema: public; Owner: hosterizer_owner

CREATE UNIQUE INDEX sites_customer_id_lower_domain_key ON public.sites USING btree (customer_id, lower(domain)) WHERE (deleted_at IS NULL);
ALTER INDEX public.sites_customer_id_lower_domain_key ALTER COLUMN 2 SET STATISTICS 0;

-- Name: sites_deleted_at_idx; Type: INDEX; Schema: public; Owner: hosterizer_owner

CREATE INDEX sites_deleted_at_idx ON public.sites USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);

-- Name: users_lower_email_key; Type: INDEX; Schema: public; Owner: hosterizer_owner

CREATE UNIQUE INDEX users_lower_email_key ON public.users USING btree (lower(email));

-- Name: cost_records cost_records_keep_updated_at; Type: TRIGGER; Schema: public; Owner: hosterizer_owner

CREATE TRIGGER cost_records_keep_updated_at BEFORE UPDATE ON public.cost_records FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

-- Name: customers customers_keep_updated_at; Type: TRIGGER; Schema: public; Owner: hosterizer_owner

CREATE TRIGGER customers_keep_updated_at BEFORE UPDATE ON public.customers FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

-- Name: deployments deployments_keep_updated_at; Type: TRIGGER; Schema: public; Owner: hosterizer_owner

CREATE TRIGGER deployments_keep_updated_at BEFORE UPDATE ON public.deployments FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

-- Name: ecommerce_integrations ecommerce_integrations_keep_updated_at; Type: TRIGGER; Schema: public; Owner: hosterizer_owner

CREATE TRIGGER ecommerce_integrations_keep_updated_at BEFORE UPDATE ON public.ecommerce_integrations FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

-- Name: policies policies_keep_updated_at; Type: TRIGGER; Schema: public; Owner: hosterizer_owner

CREATE TRIGGER policies_keep_updated_at BEFORE UPDATE ON public.policies FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

-- Name: sites sites_keep_updated_at; Type: TRIGGER; Schema: public; Owner: hosterizer_owner

CREATE TRIGGER sites_keep_updated_at BEFORE UPDATE ON public.sites FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

-- Name: users users_keep_updated_at; Type: TRIGGER; Schema: public; Owner: hosterizer_owner

CREATE TRIGGER users_keep_updated_at BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

-- Name: migration_files migration_files_name_fkey; Type: FK CONSTRAINT; Schema: hosterizer; Owner: hosterizer_owner

ALTER TABLE ONLY hosterizer.migration_files
    ADD CONSTRAINT migration_files_name_fkey FOREIGN KEY (name) REFERENCES hosterizer.schema_migrations(name) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

-- Name: cost_records cost_records_site_id_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.cost_records
    ADD CONSTRAINT cost_records_site_id_customer_id_fkey FOREIGN KEY (site_id, customer_id) REFERENCES public.sites(id, customer_id) ON DELETE RESTRICT;

-- Name: customers customers_owner_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_owner_user_id_fkey FOREIGN KEY (owner_user_id) REFERENCES public.users(id) ON DELETE RESTRICT;

-- Name: deployments deployments_site_id_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.deployments
    ADD CONSTRAINT deployments_site_id_customer_id_fkey FOREIGN KEY (site_id, customer_id) REFERENCES public.sites(id, customer_id) ON DELETE RESTRICT;

-- Name: ecommerce_integrations ecommerce_integrations_site_id_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.ecommerce_integrations
    ADD CONSTRAINT ecommerce_integrations_site_id_customer_id_fkey FOREIGN KEY (site_id, customer_id) REFERENCES public.sites(id, customer_id) ON DELETE CASCADE;

-- Name: sites sites_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: hosterizer_owner

ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id) ON DELETE RESTRICT;

-- Name: cost_records backup_reads_all; Type: POLICY; Schema: public; Owner: hosterizer_owner

CREATE POLICY backup_reads_all ON public.cost_records FOR SELECT USING (tenancy.acts_as('{app_backup}'::name[]));

-- Name: customers backup_reads_all; Type: POLICY; Schema: public; Owner: hosterizer_owner

CREATE POLICY backup_reads_all ON public.customers FOR SELECT USING (tenancy.acts_as('{app_backup}'::name[]));

-- Name: deployments backup_reads_all; Type: POLICY; Schema: public; Owner: hosterizer_owner

CREATE POLICY backup_reads_all ON public.deployments FOR SELECT USING (tenancy.acts_as('{app_backup}'::name[]));

-- Name: ecommerce_integrations backup_reads_all; Type: POLICY; Schema: public; Owner: hosterizer_owner

CREATE POLICY backup_reads_all ON public.ecommerce_integrations FOR SELECT USING (tenancy.acts_as('{app_backup}'::name[]));

-- Name: sites backup_reads_all; Type: POLICY; Schema: public; Owner: hosterizer_owner

CREATE POLICY backup_reads_all ON public.sites FOR SELECT USING (tenancy.acts_as('{app_backup}'::name[]));

-- Name: cost_records context_sees_own; Type: POLICY; Schema: public; Owner: hosterizer_owner

CREATE POLICY context_sees_own ON public.cost_records USING ((tenancy.acts_as('{app_readonly,app_user,hosterizer_owner}'::name[]) AND (customer_id >= ( SELECT tenancy.lowest_customer_id() AS lowest_customer_id)) AND (customer_id <= ANY (ARRAY[( SELECT tenancy.highest_customer_id() AS highest_customer_id)])))) WITH CHECK ((tenancy.acts_as('{app_readonly,app_user,hosterizer_owner}'::name[]) AND (customer_id >= ( SELECT tenancy.lowest_customer_id() AS lowest_customer_id)) AND (customer_id <= ANY (ARRAY[( SELECT tenancy.highest_customer_id() AS highest_customer_id)]))));

-- Name: customers context_sees_own; Type: POLICY; Schema: public; Owner: hosterizer_owner

CREATE POLICY context_sees_own ON public.customers USING ((tenancy.acts_as('{app_readonly,app_user,hosterizer_owner}'::name[]) AND (id >= ( SELECT tenancy.lowest_customer_id() AS lowest_customer_id)) AND (id <= ANY (ARRAY[( SELECT tenancy.highest_customer_id() AS highest_customer_id)])))) WITH CHECK ((tenancy.acts_as('{app_readonly,app_user,hosterizer_owner}'::name[]) AND (id >= ( SELECT tenancy.lowest_customer_id() AS lowest_customer_id)) AND (id <= ANY (ARRAY[( SELECT tenancy.highest_customer_id() AS highest_customer_id)]))));

-- Name: deployments context_sees_own; Type: POLICY; Schema: public; Owner: hosterizer_owner

CREATE POLICY context_sees_own ON public.deployments USING ((tenancy.acts_as('{app_readonly,app_user,hosterizer_owner}'::name[]) AND (customer_id >= ( SELECT tenancy.lowest_customer_id() AS lowest_customer_id)) AND (customer_id <= ANY (ARRAY[( SELECT tenancy.highest_customer_id() AS highest_customer_id)])))) WITH CHECK ((tenancy.acts_as('{app_readonly,app_user,hosterizer_owner}'::name[]) AND (customer_id >= ( SELECT tenancy.lowest_customer_id() AS lowest_customer_id)) AND (customer_id <= ANY (ARRAY[( SELECT tenancy.highest_customer_id() AS highest_customer_id)]))));

-- Name: ecommerce_integrations context_sees_own; Type: POLICY; Schema: public; Owner: hosterizer_owner

CREATE POLICY context_sees_own ON public.ecommerce_integrations USING ((tenancy.acts_as('{app_readonly,app_user,hosterizer_owner}'::name[]) AND (customer_id >= ( SELECT tenancy.lowest_customer_id() AS lowest_customer_id)) AND (customer_id <= ANY (ARRAY[( SELECT tenancy.highest_customer_id() AS highest_customer_id)])))) WITH CHECK ((tenancy.acts_as('{app_readonly,app_user,hosterizer_owner}'::name[]) AND (customer_id >= ( SELECT tenancy.lowest_customer_id() AS lowest_customer_id)) AND (customer_id <= ANY (ARRAY[( SELECT tenancy.highest_customer_id() AS highest_customer_id)]))));

-- Name: sites context_sees_own; Type: POLICY; Schema: public; Owner: hosterizer_owner

CREATE POLICY context_sees_own ON public.sites USING ((tenancy.acts_as('{app_readonly,app_user,hosterizer_owner}'::name[]) AND (customer_id >= ( SELECT tenancy.lowest_customer_id() AS lowest_customer_id)) AND (customer_id <= ANY (ARRAY[( SELECT tenancy.highest_customer_id() AS highest_customer_id)])))) WITH CHECK ((tenancy.acts_as('{app_readonly,app_user,hosterizer_owner}'::name[]) AND (customer_id >= ( SELECT tenancy.lowest_customer_id() AS lowest_customer_id)) AND (customer_id <= ANY (ARRAY[( SELECT tenancy.highest_customer_id() AS highest_customer_id)]))));

-- Name: cost_records; Type: ROW SECURITY; Schema: public; Owner: hosterizer_owner

ALTER TABLE public.cost_records ENABLE ROW LEVEL SECURITY;

-- Name: customers; Type: ROW SECURITY; Schema: public; Owner: hosterizer_owner

ALTER TABLE public.customers ENABLE ROW LEVEL SECURITY;

-- Name: deployments; Type: ROW SECURITY; Schema: public; Owner: hosterizer_owner

ALTER TABLE public.deployments ENABLE ROW LEVEL SECURITY;

-- Name: ecommerce_integrations; Type: ROW SECURITY; Schema: public; Owner: hosterizer_owner

ALTER TABLE public.ecommerce_integrations ENABLE ROW LEVEL SECURITY;

-- Name: sites; Type: ROW SECURITY; Schema: public; Owner: hosterizer_owner

ALTER TABLE public.sites ENABLE ROW LEVEL SECURITY;

-- Name: DATABASE hosterizer; Type: ACL; Schema: -; Owner: hosterizer_owner

REVOKE CONNECT,TEMPORARY ON DATABASE hosterizer FROM PUBLIC;
GRANT CONNECT ON DATABASE hosterizer TO app_backup;
GRANT CONNECT ON DATABASE hosterizer TO app_monitor;
GRANT CONNECT ON DATABASE hosterizer TO app_pooler;
GRANT CONNECT ON DATABASE hosterizer TO app_readonly;
GRANT CONNECT ON DATABASE hosterizer TO app_user;
GRANT CONNECT ON DATABASE hosterizer TO hosterizer_migrator;

-- Name: SCHEMA hosterizer; Type: ACL; Schema: -; Owner: hosterizer_owner

GRANT USAGE ON SCHEMA hosterizer TO app_backup;

-- Name: SCHEMA monitoring; Type: ACL; Schema: -; Owner: hosterizer_owner

GRANT USAGE ON SCHEMA monitoring TO app_monitor;

-- Name: SCHEMA pooler; Type: ACL; Schema: -; Owner: hosterizer_owner

GRANT USAGE ON SCHEMA pooler TO app_pooler;

-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: pg_database_owner

REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO app_backup;
GRANT USAGE ON SCHEMA public TO app_readonly;
GRANT USAGE ON SCHEMA public TO app_user;

-- Name: FUNCTION lo_creat(integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.lo_creat(integer) FROM PUBLIC;

-- Name: FUNCTION lo_create(oid); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.lo_create(oid) FROM PUBLIC;

-- Name: FUNCTION lo_from_bytea(oid, bytea); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC;

-- Name: FUNCTION lo_get(oid); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.lo_get(oid) FROM PUBLIC;

-- Name: FUNCTION lo_get(oid, bigint, integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.lo_get(oid, bigint, integer) FROM PUBLIC;

-- Name: FUNCTION lo_open(oid, integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.lo_open(oid, integer) FROM PUBLIC;

-- Name: FUNCTION lo_put(oid, bigint, bytea); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.lo_put(oid, bigint, bytea) FROM PUBLIC;

-- Name: FUNCTION lo_truncate(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.lo_truncate(integer, integer) FROM PUBLIC;

-- Name: FUNCTION lo_truncate64(integer, bigint); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.lo_truncate64(integer, bigint) FROM PUBLIC;

-- Name: FUNCTION lo_unlink(oid); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.lo_unlink(oid) FROM PUBLIC;

-- Name: FUNCTION loread(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.loread(integer, integer) FROM PUBLIC;

-- Name: FUNCTION lowrite(integer, bytea); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.lowrite(integer, bytea) FROM PUBLIC;

-- Name: FUNCTION pg_advisory_lock(bigint); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_lock(bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_lock(bigint) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_lock(bigint) TO hosterizer_owner;

-- Name: FUNCTION pg_advisory_lock(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_lock(integer, integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_lock(integer, integer) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_lock(integer, integer) TO hosterizer_owner;

-- Name: FUNCTION pg_advisory_lock_shared(bigint); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_lock_shared(bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_lock_shared(bigint) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_lock_shared(bigint) TO hosterizer_owner;

-- Name: FUNCTION pg_advisory_lock_shared(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_lock_shared(integer, integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_lock_shared(integer, integer) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_lock_shared(integer, integer) TO hosterizer_owner;

-- Name: FUNCTION pg_advisory_xact_lock(bigint); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock(bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock(bigint) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock(bigint) TO hosterizer_owner;

-- Name: FUNCTION pg_advisory_xact_lock(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock(integer, integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock(integer, integer) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock(integer, integer) TO hosterizer_owner;

-- Name: FUNCTION pg_advisory_xact_lock_shared(bigint); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock_shared(bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock_shared(bigint) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock_shared(bigint) TO hosterizer_owner;

-- Name: FUNCTION pg_advisory_xact_lock_shared(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock_shared(integer, integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock_shared(integer, integer) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock_shared(integer, integer) TO hosterizer_owner;

-- Name: FUNCTION pg_cancel_backend(integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_cancel_backend(integer) FROM PUBLIC;

-- Name: FUNCTION pg_notify(text, text); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_notify(text, text) FROM PUBLIC;

-- Name: FUNCTION pg_terminate_backend(pid integer, timeout bigint); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_terminate_backend(pid integer, timeout bigint) FROM PUBLIC;

-- Name: FUNCTION pg_try_advisory_lock(bigint); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_try_advisory_lock(bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_lock(bigint) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_lock(bigint) TO hosterizer_owner;

-- Name: FUNCTION pg_try_advisory_lock(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_try_advisory_lock(integer, integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_lock(integer, integer) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_lock(integer, integer) TO hosterizer_owner;

-- Name: FUNCTION pg_try_advisory_lock_shared(bigint); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_try_advisory_lock_shared(bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_lock_shared(bigint) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_lock_shared(bigint) TO hosterizer_owner;

-- Name: FUNCTION pg_try_advisory_lock_shared(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_try_advisory_lock_shared(integer, integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_lock_shared(integer, integer) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_lock_shared(integer, integer) TO hosterizer_owner;

-- Name: FUNCTION pg_try_advisory_xact_lock(bigint); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock(bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock(bigint) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock(bigint) TO hosterizer_owner;

-- Name: FUNCTION pg_try_advisory_xact_lock(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock(integer, integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock(integer, integer) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock(integer, integer) TO hosterizer_owner;

-- Name: FUNCTION pg_try_advisory_xact_lock_shared(bigint); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock_shared(bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock_shared(bigint) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock_shared(bigint) TO hosterizer_owner;

-- Name: FUNCTION pg_try_advisory_xact_lock_shared(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres

REVOKE ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock_shared(integer, integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock_shared(integer, integer) TO hosterizer_migrator;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock_shared(integer, integer) TO hosterizer_owner;

-- Name: FUNCTION user_lookup(requested name); Type: ACL; Schema: pooler; Owner: hosterizer_authenticator

REVOKE ALL ON FUNCTION pooler.user_lookup(requested name) FROM PUBLIC;
GRANT ALL ON FUNCTION pooler.user_lookup(requested name) TO app_pooler;

-- Name: FUNCTION current_customer_id(); Type: ACL; Schema: tenancy; Owner: hosterizer_owner

REVOKE ALL ON FUNCTION tenancy.current_customer_id() FROM PUBLIC;
GRANT ALL ON FUNCTION tenancy.current_customer_id() TO app_readonly;
GRANT ALL ON FUNCTION tenancy.current_customer_id() TO app_user;

-- Name: FUNCTION highest_customer_id(); Type: ACL; Schema: tenancy; Owner: hosterizer_owner

REVOKE ALL ON FUNCTION tenancy.highest_customer_id() FROM PUBLIC;
GRANT ALL ON FUNCTION tenancy.highest_customer_id() TO app_readonly;
GRANT ALL ON FUNCTION tenancy.highest_customer_id() TO app_user;

-- Name: FUNCTION is_administrator(); Type: ACL; Schema: tenancy; Owner: hosterizer_owner

REVOKE ALL ON FUNCTION tenancy.is_administrator() FROM PUBLIC;
GRANT ALL ON FUNCTION tenancy.is_administrator() TO app_readonly;
GRANT ALL ON FUNCTION tenancy.is_administrator() TO app_user;

-- Name: FUNCTION lowest_customer_id(); Type: ACL; Schema: tenancy; Owner: hosterizer_owner

REVOKE ALL ON FUNCTION tenancy.lowest_customer_id() FROM PUBLIC;
GRANT ALL ON FUNCTION tenancy.lowest_customer_id() TO app_readonly;
GRANT ALL ON FUNCTION tenancy.lowest_customer_id() TO app_user;

-- Name: TABLE accepted_drift; Type: ACL; Schema: hosterizer; Owner: hosterizer_owner

GRANT SELECT ON TABLE hosterizer.accepted_drift TO app_backup;

-- Name: SEQUENCE accepted_drift_id_seq; Type: ACL; Schema: hosterizer; Owner: hosterizer_owner

GRANT SELECT ON SEQUENCE hosterizer.accepted_drift_id_seq TO app_backup;

-- Name: TABLE migration_files; Type: ACL; Schema: hosterizer; Owner: hosterizer_owner

GRANT SELECT ON TABLE hosterizer.migration_files TO app_backup;

-- Name: TABLE migration_statements; Type: ACL; Schema: hosterizer; Owner: hosterizer_owner

GRANT SELECT ON TABLE hosterizer.migration_statements TO app_backup;

-- Name: TABLE schema_migrations; Type: ACL; Schema: hosterizer; Owner: hosterizer_owner

GRANT SELECT ON TABLE hosterizer.schema_migrations TO app_backup;

-- Name: SEQUENCE schema_migrations_id_seq; Type: ACL; Schema: hosterizer; Owner: hosterizer_owner

GRANT SELECT ON SEQUENCE hosterizer.schema_migrations_id_seq TO app_backup;

-- Name: TABLE schema_objects; Type: ACL; Schema: hosterizer; Owner: hosterizer_owner

GRANT SELECT ON TABLE hosterizer.schema_objects TO app_backup;

-- Name: TABLE schema_records; Type: ACL; Schema: hosterizer; Owner: hosterizer_owner

GRANT SELECT ON TABLE hosterizer.schema_records TO app_backup;

-- Name: SEQUENCE schema_records_id_seq; Type: ACL; Schema: hosterizer; Owner: hosterizer_owner

GRANT SELECT ON SEQUENCE hosterizer.schema_records_id_seq TO app_backup;

-- Name: COLUMN pg_authid.oid; Type: ACL; Schema: pg_catalog; Owner: postgres

GRANT SELECT(oid) ON TABLE pg_catalog.pg_authid TO hosterizer_authenticator;

-- Name: COLUMN pg_authid.rolname; Type: ACL; Schema: pg_catalog; Owner: postgres

GRANT SELECT(rolname) ON TABLE pg_catalog.pg_authid TO hosterizer_authenticator;

-- Name: COLUMN pg_authid.rolsuper; Type: ACL; Schema: pg_catalog; Owner: postgres

GRANT SELECT(rolsuper) ON TABLE pg_catalog.pg_authid TO hosterizer_authenticator;

-- Name: COLUMN pg_authid.rolcreaterole; Type: ACL; Schema: pg_catalog; Owner: postgres

GRANT SELECT(rolcreaterole) ON TABLE pg_catalog.pg_authid TO hosterizer_authenticator;

-- Name: COLUMN pg_authid.rolcanlogin; Type: ACL; Schema: pg_catalog; Owner: postgres

GRANT SELECT(rolcanlogin) ON TABLE pg_catalog.pg_authid TO hosterizer_authenticator;

-- Name: COLUMN pg_authid.rolreplication; Type: ACL; Schema: pg_catalog; Owner: postgres

GRANT SELECT(rolreplication) ON TABLE pg_catalog.pg_authid TO hosterizer_authenticator;

-- Name: COLUMN pg_authid.rolbypassrls; Type: ACL; Schema: pg_catalog; Owner: postgres

GRANT SELECT(rolbypassrls) ON TABLE pg_catalog.pg_authid TO hosterizer_authenticator;

-- Name: COLUMN pg_authid.rolpassword; Type: ACL; Schema: pg_catalog; Owner: postgres

GRANT SELECT(rolpassword) ON TABLE pg_catalog.pg_authid TO hosterizer_authenticator;

-- Name: COLUMN pg_authid.rolvaliduntil; Type: ACL; Schema: pg_catalog; Owner: postgres

GRANT SELECT(rolvaliduntil) ON TABLE pg_catalog.pg_authid TO hosterizer_authenticator;

-- Name: TABLE cost_records; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON TABLE public.cost_records TO app_backup;
GRANT SELECT ON TABLE public.cost_records TO app_readonly;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.cost_records TO app_user;

-- Name: SEQUENCE cost_records_id_seq; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON SEQUENCE public.cost_records_id_seq TO app_backup;

-- Name: TABLE customers; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON TABLE public.customers TO app_backup;
GRANT SELECT ON TABLE public.customers TO app_readonly;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.customers TO app_user;

-- Name: SEQUENCE customers_id_seq; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON SEQUENCE public.customers_id_seq TO app_backup;

-- Name: TABLE deployments; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON TABLE public.deployments TO app_backup;
GRANT SELECT ON TABLE public.deployments TO app_readonly;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.deployments TO app_user;

-- Name: SEQUENCE deployments_id_seq; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON SEQUENCE public.deployments_id_seq TO app_backup;

-- Name: TABLE ecommerce_integrations; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON TABLE public.ecommerce_integrations TO app_backup;
GRANT SELECT ON TABLE public.ecommerce_integrations TO app_readonly;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ecommerce_integrations TO app_user;

-- Name: SEQUENCE ecommerce_integrations_id_seq; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON SEQUENCE public.ecommerce_integrations_id_seq TO app_backup;

-- Name: TABLE policies; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON TABLE public.policies TO app_backup;
GRANT SELECT ON TABLE public.policies TO app_readonly;
GRANT SELECT ON TABLE public.policies TO app_user;

-- Name: SEQUENCE policies_id_seq; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON SEQUENCE public.policies_id_seq TO app_backup;

-- Name: TABLE sites; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON TABLE public.sites TO app_backup;
GRANT SELECT ON TABLE public.sites TO app_readonly;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sites TO app_user;

-- Name: SEQUENCE sites_id_seq; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON SEQUENCE public.sites_id_seq TO app_backup;

-- Name: TABLE users; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON TABLE public.users TO app_backup;

-- Name: COLUMN users.id; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT(id) ON TABLE public.users TO app_readonly;
GRANT SELECT(id),INSERT(id) ON TABLE public.users TO app_user;

-- Name: COLUMN users.email; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT(email) ON TABLE public.users TO app_readonly;
GRANT SELECT(email),INSERT(email) ON TABLE public.users TO app_user;

-- Name: COLUMN users.password_hash; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT(password_hash),INSERT(password_hash) ON TABLE public.users TO app_user;

-- Name: COLUMN users.full_name; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT(full_name) ON TABLE public.users TO app_readonly;
GRANT SELECT(full_name),INSERT(full_name),UPDATE(full_name) ON TABLE public.users TO app_user;

-- Name: COLUMN users.role; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT(role) ON TABLE public.users TO app_readonly;
GRANT SELECT(role) ON TABLE public.users TO app_user;

-- Name: COLUMN users.mfa_enabled; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT(mfa_enabled) ON TABLE public.users TO app_readonly;
GRANT SELECT(mfa_enabled),INSERT(mfa_enabled) ON TABLE public.users TO app_user;

-- Name: COLUMN users.mfa_secret; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT(mfa_secret),INSERT(mfa_secret) ON TABLE public.users TO app_user;

-- Name: COLUMN users.failed_login_attempts; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT(failed_login_attempts) ON TABLE public.users TO app_readonly;
GRANT SELECT(failed_login_attempts),INSERT(failed_login_attempts),UPDATE(failed_login_attempts) ON TABLE public.users TO app_user;

-- Name: COLUMN users.locked_until; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT(locked_until) ON TABLE public.users TO app_readonly;
GRANT SELECT(locked_until),INSERT(locked_until),UPDATE(locked_until) ON TABLE public.users TO app_user;

-- Name: COLUMN users.last_login_at; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT(last_login_at) ON TABLE public.users TO app_readonly;
GRANT SELECT(last_login_at),INSERT(last_login_at),UPDATE(last_login_at) ON TABLE public.users TO app_user;

-- Name: COLUMN users.created_at; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT(created_at) ON TABLE public.users TO app_readonly;
GRANT SELECT(created_at),INSERT(created_at) ON TABLE public.users TO app_user;

-- Name: COLUMN users.updated_at; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT(updated_at) ON TABLE public.users TO app_readonly;
GRANT SELECT(updated_at),INSERT(updated_at) ON TABLE public.users TO app_user;

-- Name: SEQUENCE users_id_seq; Type: ACL; Schema: public; Owner: hosterizer_owner

GRANT SELECT ON SEQUENCE public.users_id_seq TO app_backup;

-- Name: DEFAULT PRIVILEGES FOR SEQUENCES; Type: DEFAULT ACL; Schema: hosterizer; Owner: hosterizer_owner

ALTER DEFAULT PRIVILEGES FOR ROLE hosterizer_owner IN SCHEMA hosterizer GRANT SELECT ON SEQUENCES  TO app_backup;

-- Name: DEFAULT PRIVILEGES FOR TABLES; Type: DEFAULT ACL; Schema: hosterizer; Owner: hosterizer_owner

ALTER DEFAULT PRIVILEGES FOR ROLE hosterizer_owner IN SCHEMA hosterizer GRANT SELECT ON TABLES  TO app_backup;

-- Name: DEFAULT PRIVILEGES FOR SEQUENCES; Type: DEFAULT ACL; Schema: public; Owner: hosterizer_owner

ALTER DEFAULT PRIVILEGES FOR ROLE hosterizer_owner IN SCHEMA public GRANT SELECT ON SEQUENCES  TO app_backup;

-- Name: DEFAULT PRIVILEGES FOR TABLES; Type: DEFAULT ACL; Schema: public; Owner: hosterizer_owner

ALTER DEFAULT PRIVILEGES FOR ROLE hosterizer_owner IN SCHEMA public GRANT SELECT ON TABLES  TO app_backup;

-- PostgreSQL database dump complete
