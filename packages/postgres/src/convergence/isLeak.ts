import type { Difference } from "./difference";

/** By these somebody sees or does more than is declared, unless what they speak of is missing. */
const opening: ReadonlySet<string> = new Set([
  // Row-level security.
  "row-level security disabled",
  "row-level security not forced",
  "policy added",
  "policy command",
  "policy roles",
  "policy expression",
  "context function result",
  "context function owner",
  "context function body",
  "context function attribute",
  "context function executor",
  "tenant table not declared",
  "signing key added",
  "signing key changed",
  // Privileges, memberships and logins.
  "database privilege",
  "schema privilege",
  "table privilege",
  "column privilege",
  "sequence privilege",
  "function privilege",
  "type privilege",
  "language privilege",
  "foreign data wrapper privilege",
  "foreign server privilege",
  "tablespace privilege",
  "parameter privilege",
  "large object privilege",
  "system privilege",
  "privilege on what others own",
  "grant option",
  "default privilege",
  "default grant option",
  "membership in a role of ours",
  "membership of a role of ours",
  "admin option",
  "login past row-level security",
  "session of a login that is over",
  "connection rule added",
  "connection rule order",
  "lookup function result",
  "lookup function body",
  "lookup function attribute",
  "lookup function owner",
  "lookup function executor",
  "lookup privilege",
  // Objects that run or show something with their owner's rights.
  "owner",
  "function search_path",
  "view without security_invoker",
  "materialized view of tenants",
  "view that others own",
  "object in the program's schema",
  "publication",
]);

const settings: ReadonlySet<string> = new Set([
  "database setting",
  "role setting",
  "role setting in the database",
  "setting of all roles",
]);

/** Whether a difference lets a tenant see another's rows, or lets somebody do more than is declared. */
export function isLeak({ kind, object, expected, actual }: Difference): boolean {
  // What is gone may have kept others out.
  if (kind === "connection rule missing") return true;
  if (kind === "policy missing") return expected?.startsWith("RESTRICTIVE") ?? false;
  if (actual === null) return false;
  if (kind === "policy permissive") return actual === "PERMISSIVE";
  if (kind === "role password") return actual !== "no password";
  // SUPERUSER and its like, and their opposites: NOSUPERUSER.
  if (/^role [A-Z]+$/.test(kind)) return !actual.startsWith("NO");
  // By these variables a session says whose rows it asks for.
  if (settings.has(kind)) return /^setting app\./.test(object);
  return opening.has(kind);
}
