import { migratorKind } from "../access/migratorKind";

/** Every kind of difference that the audit of access rights finds. */
export const accessKinds = [
  migratorKind,
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
  "privilege missing",
  "default privilege missing",
  "membership in a role of ours",
  "membership of a role of ours",
  "admin option",
  "role SUPERUSER",
  "role BYPASSRLS",
  "role CREATEROLE",
  "role CREATEDB",
  "role REPLICATION",
  "role LOGIN",
  "role INHERIT",
  "role CONNECTION LIMIT",
  "role VALID UNTIL",
  "role password",
  "owner",
  "function search_path",
  "view without security_invoker",
  "materialized view of tenants",
  "view that others own",
  "foreign key of others",
  "publication",
  "subscription",
  "login past row-level security",
  "object in the program's schema",
] as const;

/** Every kind of difference that the audit of settings and extensions finds. */
export const settingKinds = [
  "database setting",
  "role setting",
  "role setting in the database",
  "setting of all roles",
  "setting missing",
  "setting value",
  "extension version",
  "extension version not available",
  "extension not declared",
] as const;

/** What takes a session to bring about, and no SQL alone. */
export const sessionKind = "session of a login that is over";

export type AuditKind =
  (typeof accessKinds)[number] | (typeof settingKinds)[number] | typeof sessionKind;
