import type { Client } from "pg";

import type { DockerProject } from "../../test/docker/stack/dockerProject";

/** A table's rows: how many, and the sum of their hashes. Their order does not matter, and sums add up. */
interface Sum {
  rows: bigint;
  hashes: bigint;
}

/** The rows of every table in schema public. */
export type Fingerprint = Readonly<Record<string, Sum>>;

export const none: Sum = { rows: 0n, hashes: 0n };

export function plus(one: Sum, other: Sum): Sum {
  return { rows: one.rows + other.rows, hashes: one.hashes + other.hashes };
}

const sums = (of: string) =>
  `pg_catalog.count(*) as rows, coalesce(pg_catalog.sum(pg_catalog.hashtextextended(${of}::text, 0)), 0) as hashes`;

/** What a session would find in every table now. */
export async function fingerprint(project: DockerProject): Promise<Fingerprint> {
  const tables = await project.query<{ name: string }>(
    "select tablename as name from pg_catalog.pg_tables where schemaname = 'public' order by 1",
  );
  const each = tables.map(
    ({ name }) => `select '${name}' as name, ${sums("t")} from public.${name} as t`,
  );
  const found = await project.query<{ name: string; rows: string; hashes: string }>(
    each.join(" union all "),
  );
  return Object.fromEntries(
    found.map(({ name, rows, hashes }) => [name, { rows: BigInt(rows), hashes: BigInt(hashes) }]),
  );
}

/** Rows of each batch. */
const batchSize = 200;

/** Writes bills that nothing else writes, in one transaction. */
export async function writeBatch(client: Client, batch: number): Promise<Sum> {
  const { rows } = await client.query<{ rows: string; hashes: string }>(
    `with written as (
       insert into public.cost_records (customer_id, site_id, cost_date, amount, currency)
       select site.customer_id, site.id, date '2027-01-01' + number / 10000, number % 100, 'EUR'
         from pg_catalog.generate_series($1::int4 * ${batchSize}, ($1 + 1) * ${batchSize} - 1) as number
         join public.sites as site on site.id = 1 + number % 10000
       returning *)
     select ${sums("written")} from written`,
    [batch],
  );
  return { rows: BigInt(rows[0]?.rows ?? 0), hashes: BigInt(rows[0]?.hashes ?? 0) };
}
