/** A query of the guide, over the tables of a schema. */
export interface Query {
  name: string;
  /** @param filter `and s.customer_id = …`, or nothing where row-level security alone is to do it */
  sql: (schema: string, filter: (alias: string) => string) => string;
}

/** An application's most frequent queries, for one customer. */
export const queries: readonly Query[] = [
  {
    name: "newest sites",
    sql: (schema, filter) =>
      `select s.id, s.domain, s.created_at from ${schema}.sites as s where true${filter("s")} order by s.created_at desc limit 20`,
  },
  {
    name: "a site with its deployments",
    // A site of the customer that the context names, so that there is one to find.
    sql: (schema, filter) =>
      `select s.domain, d.status, d.created_at
         from ${schema}.sites as s join ${schema}.deployments as d on d.site_id = s.id and d.customer_id = s.customer_id
        where s.id = :site${filter("s")}${filter("d")} order by d.created_at desc limit 20`,
  },
  {
    name: "monthly cost by resource type",
    sql: (schema, filter) =>
      `select date_trunc('month', c.cost_date) as month, b.key, sum(b.value::numeric)
         from ${schema}.cost_records as c, jsonb_each_text(c.breakdown) as b
        where c.cost_date >= date '2026-03-01' and c.cost_date < date '2026-06-01'${filter("c")} group by 1, 2`,
  },
  {
    name: "sites by status",
    sql: (schema, filter) =>
      `select s.deployment_status, count(*) from ${schema}.sites as s where s.deleted_at is null${filter("s")} group by 1`,
  },
];
