/** A role as `create role` takes it. https://www.postgresql.org/docs/15/sql-createrole.html */
export interface RoleDeclaration {
  name: string;
  /** Who uses it; for readers only. */
  purpose: string;
  login: boolean;
  /** How it logs in. Default: with a generated password. With `certificate` it has no password, and must not have one. */
  authenticates?: "password" | "certificate";
  /** Whether it has its groups' privileges without SET ROLE. Default: true. */
  inherit?: boolean;
  /** Groups it is a member of: roles declared here or predefined ones (`pg_…`). */
  memberOf?: readonly string[];
  /** What it needs of that by which one role can hold up all others: see docs/isolation.md. Default: nothing. */
  uses?: readonly Facility[];
  /** How many sessions it may have at once, at least 1. Each of its logins has as many. Default: as many as the server has. */
  connectionLimit?: number;
}

/**
 * What PostgreSQL lets every role do, and this project lets only those that say so.
 *
 * - `advisoryLocks`: pg_advisory_lock() and its variants.
 * - `largeObjects`: lo_create() and its like. Dumps of large objects need it too.
 * - `notify`: pg_notify(); PostgreSQL cannot withhold the statements LISTEN and NOTIFY.
 * - `endSessions`: pg_cancel_backend() and pg_terminate_backend(), for other sessions of its own login.
 */
export type Facility = "advisoryLocks" | "largeObjects" | "notify" | "endSessions";

/** Privileges of one role on one kind of object. `public` is every role. An empty list revokes the defaults of PUBLIC. */
export type GrantDeclaration = { role: string } & (
  | { on: "database"; privileges: readonly DatabasePrivilege[] }
  | { on: "schema"; schema: string; privileges: readonly SchemaPrivilege[] }
  /** All tables of the schema, including those of later migrations. */
  | { on: "tables"; schema: string; privileges: readonly TablePrivilege[] }
  | TableGrant
  /** All sequences of the schema, including those of later migrations. */
  | { on: "sequences"; schema: string; privileges: readonly SequencePrivilege[] }
);

/**
 * All that a role may do with one table or view, in place of its line for all tables of the schema. What is not listed is revoked.
 */
export interface TableGrant {
  on: "table";
  schema: string;
  table: string;
  privileges: ColumnPrivileges;
}

/** Privileges on one table, each with the columns that it covers. */
export interface ColumnPrivileges {
  SELECT?: Columns;
  INSERT?: Columns;
  UPDATE?: Columns;
  /** PostgreSQL has it for whole rows only. */
  DELETE?: "all";
}

/** `all` includes the columns that later migrations add. A list does not: such a column stays closed until it is listed. */
export type Columns = "all" | readonly string[];

type DatabasePrivilege = "CONNECT" | "CREATE" | "TEMPORARY";
type SchemaPrivilege = "CREATE" | "USAGE";
/** Without TRUNCATE, REFERENCES and TRIGGER, because row-level security does not restrict them. */
export type TablePrivilege = "SELECT" | "INSERT" | "UPDATE" | "DELETE";
type SequencePrivilege = "SELECT" | "UPDATE" | "USAGE";

/** A schema other than `public`. The owner owns it. */
export interface SchemaDeclaration {
  name: string;
  purpose: string;
}

/** An extension, and the schema of its objects. */
export interface ExtensionDeclaration {
  name: string;
  schema: string;
  purpose: string;
  /** Exact version, as pg_available_extension_versions lists it. Default: the version that the server installs. */
  version?: string;
}

/**
 * A setting that sessions in the database start with, by ALTER DATABASE or ALTER ROLE … IN DATABASE.
 *
 * https://www.postgresql.org/docs/15/config-setting.html#CONFIG-SETTING-SQL
 */
export interface SettingDeclaration {
  /** Name, as SHOW takes it. */
  name: string;
  /** One value, as pg_db_role_setting stores it: `30s`, `off`. Not a list. */
  value: string;
  /** Only for sessions of this role. Default: all roles. */
  role?: string;
  /** Why; for readers only. */
  purpose: string;
}
