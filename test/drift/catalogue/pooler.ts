import type { DriftCase } from "../driftCase";

const lookup = "function pooler.user_lookup(name)";
const verifiers = "privilege of hosterizer_authenticator on table pg_catalog.pg_authid";

/** The function and the privileges that PgBouncer looks verifiers up with. */
export const pooler: readonly DriftCase[] = [
  {
    kind: "lookup function body",
    what: "the function that the pooler asks answers for every role",
    break: `create or replace function pooler.user_lookup(requested name)
                returns table (username name, verifier text)
                language sql strict stable parallel safe security definer set search_path = pg_catalog, pg_temp
                as 'select rolname, rolpassword from pg_catalog.pg_authid where rolname = requested'`,
    says: `${lookup}: found language sql, body select rolname, rolpassword from pg_catalog.pg_authid`,
    up: "repairs",
    note: "Until then the pooler lets superusers through, if they have a password.",
  },
  {
    kind: "lookup function attribute",
    what: "the function uses its caller's search_path",
    break: "alter function pooler.user_lookup(name) reset search_path",
    says: `${lookup}: found no SET, expected SET search_path=pg_catalog, pg_temp`,
    up: "repairs",
  },
  {
    kind: "lookup function owner",
    what: "the function belongs to a superuser",
    break: "alter function pooler.user_lookup(name) owner to postgres",
    says: `${lookup}: found owner postgres, expected owner hosterizer_authenticator`,
    up: "repairs",
  },
  {
    kind: "lookup function executor",
    what: "the application may ask for verifiers",
    break: "grant execute on function pooler.user_lookup(name) to app_user",
    says: "privilege of app_user on function pooler.user_lookup(name) is not declared, found EXECUTE",
    up: "repairs",
  },
  {
    kind: "lookup function executor",
    what: "the pooler may no longer execute the function",
    break: "revoke execute on function pooler.user_lookup(name) from app_pooler",
    says: "privilege of app_pooler on function pooler.user_lookup(name) is missing, expected EXECUTE",
    up: "repairs",
    note: "Until then the pooler accepts no new client.",
  },
  {
    kind: "lookup privilege",
    what: "the function's owner may no longer read the verifiers",
    break: "revoke select (rolpassword) on pg_catalog.pg_authid from hosterizer_authenticator",
    says: `${verifiers} is missing, expected SELECT (rolpassword)`,
    up: "repairs",
  },
  {
    kind: "lookup privilege",
    what: "the function's owner may write verifiers",
    break: "grant update (rolpassword) on pg_catalog.pg_authid to hosterizer_authenticator",
    says: `${verifiers} is not declared, found UPDATE (rolpassword)`,
    up: "repairs",
  },
  {
    kind: "lookup function result",
    what: "the function is recreated with another result",
    break: `drop function pooler.user_lookup(name);
              create function pooler.user_lookup(name) returns text language sql as 'select null::text'`,
    says: `${lookup}: found (name) returns text, expected (requested name) returns TABLE(username name, verifier text)`,
    up: "repairs",
    round: 2,
  },
  {
    kind: "lookup function missing",
    what: "the function is dropped",
    break: "drop function pooler.user_lookup(name)",
    says: `${lookup} is missing, expected returns TABLE(username name, verifier text)`,
    up: "repairs",
    round: 3,
  },
];
