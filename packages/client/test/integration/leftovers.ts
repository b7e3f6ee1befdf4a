import type { PoolClient } from "pg";

/** Something that a tenant's statements leave in their session. */
export interface Leftover {
  what: string;
  leave: (client: Asker) => Promise<unknown>;
  /** What a later transaction sees of it: the same as in a new session, if nothing is left. */
  look: (client: Asker) => Promise<unknown>;
}

/** A client of any transaction. */
export type Asker = Pick<PoolClient, "query">;

/**
 * What the list needs, for a superuser.
 *
 * @param application the role that leaves things, and looks for them
 * @param group a role that it becomes a member of
 */
export const prepareLeftovers = (application: string, group: string, database: string) => `
  grant temporary on database ${database} to ${application};
  grant ${group} to ${application};
  create function public.new_year() returns text language plpgsql
    as $$ begin return extract(month from '01/02/2026'::date); end $$;
  grant execute on function public.new_year() to ${application};
  create sequence public.left_sequence;
  grant usage on sequence public.left_sequence to ${application}`;

const settings: Readonly<Record<string, string>> = {
  "app.current_customer_id": "2",
  "app.current_user_role": "administrator",
  "app.note": "left",
  bytea_output: "escape",
  client_encoding: "LATIN1",
  DateStyle: "German",
  default_transaction_deferrable: "on",
  default_transaction_isolation: "serializable",
  default_transaction_read_only: "on",
  IntervalStyle: "iso_8601",
  lock_timeout: "7s",
  row_security: "off",
  search_path: "pg_temp",
  standard_conforming_strings: "off",
  statement_timeout: "1ms",
  TimeZone: "Asia/Tokyo",
  transform_null_equals: "on",
};

/** Its text stays the same; the question is what its name resolves to. */
const namedStatement = { name: "greeting", text: "select 'hello' as greeting" };

export const leftovers: readonly Leftover[] = [
  ...Object.entries(settings).map(([name, value]): Leftover => ({
    what: `the setting ${name}`,
    leave: (client) => client.query(`set ${name} = '${value}'`),
    look: (client) => shownBy(client, `coalesce(current_setting('${name}', true), '')`),
  })),
  {
    what: "the role",
    leave: (client) =>
      client.query(`select set_config('role', rolname, false) from pg_roles
        where rolname <> current_user and pg_has_role(oid, 'member')`),
    look: (client) => shownBy(client, "current_user"),
  },
  {
    what: "a statement of the application's, prepared again with another body",
    leave: async (client) => {
      await client.query(namedStatement);
      await client.query(`deallocate greeting; prepare greeting as select 'stolen' as greeting`);
    },
    look: async (client) => (await client.query<object>(namedStatement)).rows,
  },
  {
    what: "a prepared statement",
    leave: (client) => client.query("prepare left_behind as select 1"),
    look: (client) => shownBy(client, "select count(*) from pg_prepared_statements"),
  },
  {
    what: "a cursor WITH HOLD",
    leave: (client) => client.query("declare left_open cursor with hold for select 'a row'"),
    look: (client) => shownBy(client, "select count(*) from pg_cursors where is_holdable"),
  },
  {
    what: "an advisory lock of the session",
    leave: (client) => client.query("select pg_advisory_lock(4711)"),
    look: (client) =>
      shownBy(
        client,
        "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()",
      ),
  },
  {
    what: "LISTEN",
    leave: (client) => client.query("listen left_channel"),
    look: (client) => shownBy(client, "select count(*) from pg_listening_channels()"),
  },
  {
    what: "a temporary table",
    leave: (client) => client.query("create temporary table sites (id bigint)"),
    look: (client) => shownBy(client, "to_regclass('pg_temp.sites')"),
  },
  {
    what: "the last value of a sequence",
    leave: (client) => client.query("select nextval('public.left_sequence')"),
    look: (client) => errorCode(client.query("select lastval()")),
  },
  {
    what: "a plan with a date in the session's style",
    leave: (client) => client.query("set DateStyle = 'ISO, DMY'; select public.new_year()"),
    look: (client) => shownBy(client, "public.new_year()"),
  },
  {
    what: "the seed of random()",
    leave: (client) => client.query("select setseed(0.5)"),
    look: async (client) => {
      const first = await shownBy(client, "random()");
      await client.query("select setseed(0.5)");
      return first === (await shownBy(client, "random()"));
    },
  },
];

/** Runs in a transaction that is rolled back, because some queries end in an error. */
export async function lookIn(
  transaction: (run: (client: Asker) => Promise<never>) => Promise<unknown>,
  { look }: Leftover,
): Promise<unknown> {
  const answer: { seen?: unknown } = {};
  const enough = new Error("seen enough");
  const looking = transaction(async (client) => {
    answer.seen = await look(client);
    throw enough;
  });
  await looking.catch((error: unknown) => {
    if (error !== enough) throw error;
  });
  return answer.seen;
}

async function shownBy(client: Asker, expression: string): Promise<unknown> {
  const { rows } = await client.query<{ value: unknown }>(`select (${expression}) as value`);
  return rows[0]?.value;
}

async function errorCode(query: Promise<unknown>): Promise<unknown> {
  return query.then(
    () => "none",
    (error: unknown) => (error as { code?: string }).code,
  );
}
