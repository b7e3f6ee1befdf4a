// A small HTTP service on the Hosterizer database: customers list, add and count their own sites.
import { once } from "node:events";
import { createServer } from "node:http";

import { createPool, TenantContextError, withTenantContext } from "hosterizer-database-client";

const pool = createPool();

/** Each runs in one transaction of one customer. None of them names the customer to read: the database does. */
const routes = {
  "GET /sites": async (client) => {
    const { rows } = await client.query(
      "select id, name, domain, region from sites order by created_at desc, id desc limit 50",
    );
    return { status: 200, body: rows };
  },
  "POST /sites": async (client, { customerId, body }) => {
    const { rows } = await client.query(
      `insert into sites (customer_id, name, domain, cloud_provider, region)
       values ($1, $2, $3, $4, $5) returning id, name, domain, region`,
      [customerId, body.name, body.domain, body.provider ?? "aws", body.region],
    );
    return { status: 201, body: rows[0] };
  },
  "GET /costs": async (client) => {
    const { rows } = await client.query(
      `select date_trunc('month', cost_date)::date::text as month, currency, sum(amount) as amount
         from cost_records group by 1, 2 order by 1 desc, 2`,
    );
    return { status: 200, body: rows };
  },
};

const server = createServer((request, response) => {
  answer(request)
    .catch(explain)
    .then(({ status, body }) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(`${JSON.stringify(body)}\n`);
    });
});

async function answer(request) {
  const route = routes[`${request.method} ${request.url}`];
  if (route === undefined) return { status: 404, body: { error: "there is nothing here" } };
  const customerId = customerOf(request);
  const body = request.method === "POST" ? await readJson(request) : undefined;
  const context = { userRole: "customer", customerId };
  return withTenantContext(pool, context, (client) => route(client, { customerId, body }), {
    retries: 3,
  });
}

// Replace this with your sign-in: a caller who can set this header chooses the customer.
function customerOf(request) {
  return request.headers["x-customer-id"];
}

async function readJson(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

/** What went wrong, in words that reveal nothing else about the database. */
function explain(error) {
  if (error instanceof TenantContextError) return { status: 401, body: { error: "who are you?" } };
  if (error instanceof SyntaxError) return { status: 400, body: { error: "that is not JSON" } };
  // Class 23: a constraint, https://www.postgresql.org/docs/15/errcodes-appendix.html.
  if (String(error.code).startsWith("23")) {
    return { status: 422, body: { error: "these values cannot be", constraint: error.constraint } };
  }
  console.error(error);
  return { status: 500, body: { error: "something went wrong" } };
}

server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
await once(server, "listening");
console.log(`Listening on http://127.0.0.1:${server.address().port}`);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close(() => pool.end());
    server.closeIdleConnections();
  });
}
