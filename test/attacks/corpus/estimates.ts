import type { Attack } from "../attack";
import { bisection, frequency } from "../bisection";

const sites = "public.sites";
const guess = "'um' || 'bra'";

/** Other tenants' values, by what the planner expects of them. */
export const estimates: readonly Attack[] = [
  { aim: "a site's name, by bisection", sql: bisection(sites, "name"), gets: "own" },
  {
    aim: "a site's name, by bisection from above",
    sql: bisection(sites, "name", "not name >= %L"),
    gets: "own",
  },
  {
    aim: "a site's name, by bisection of a range",
    sql: bisection(sites, "name", "name > '''' and name < %L"),
    gets: "own",
  },
  { aim: "a site's domain, by bisection", sql: bisection(sites, "domain"), gets: "own" },
  {
    aim: "a site's domain, by bisection of the index's expression",
    sql: bisection(sites, "lower(domain)"),
    gets: "own",
  },
  {
    aim: "a deployment's plan, which may contain secrets, by bisection",
    sql: bisection("public.deployments", "terraform_plan"),
    gets: "own",
  },
  {
    aim: "a shop's credentials, by bisection",
    sql: bisection(
      "public.ecommerce_integrations",
      "encrypted_credentials",
      "encrypted_credentials < %L::bytea",
    ),
    gets: "own",
  },
  {
    aim: "whether a guessed name is frequent",
    sql: frequency(sites, "name = %L", guess),
    gets: "own",
  },
  {
    aim: "whether a guessed name is frequent, in a list",
    sql: frequency(sites, "name = any (array[%L])", guess),
    gets: "own",
  },
  {
    aim: "whether a guessed beginning is frequent",
    sql: frequency(sites, "name like %L", "'umb' || '%'"),
    gets: "own",
  },
  {
    aim: "whether a guessed name is frequent, by a join",
    sql: frequency(sites, "name in (select n from (values (%L)) as v (n))", guess),
    gets: "own",
  },
  {
    aim: "the samples of an index's expression",
    sql: "select * from pg_stats where tablename = 'sites_customer_id_lower_domain_key'",
    gets: "own",
  },
  {
    aim: "statistics collected again",
    sql: "analyze public.sites (name); alter table public.sites alter name set statistics 100",
    gets: { refusal: "42501" },
  },
];
