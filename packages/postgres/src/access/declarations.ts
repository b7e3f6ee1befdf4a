/** A role as `create role` takes it. https://www.postgresql.org/docs/15/sql-createrole.html */
export interface RoleDeclaration {
  name: string;
  /** Who it is for; read by people. */
  purpose: string;
  login: boolean;
  /** How it logs in. Default: with a generated password. By certificate alone it has no password, and may have none. */
  authenticates?: "password" | "certificate";
  /** Has its groups' privileges without SET ROLE. Default true. */
  inherit?: boolean;
  /** Groups it is a member of: roles declared here or predefined ones (`pg_…`). */
  memberOf?: readonly string[];
}

/** Privileges of one role on one kind of object. `public` is everyone. An empty list takes away what everyone has. */
export type GrantDeclaration = { role: string } & (
  | { on: "database"; privileges: readonly DatabasePrivilege[] }
  | { on: "schema"; schema: string; privileges: readonly SchemaPrivilege[] }
  /** All tables of the schema, those of later migrations too. */
  | { on: "tables"; schema: string; privileges: readonly TablePrivilege[] }
  /** All sequences of the schema, those of later migrations too. */
  | { on: "sequences"; schema: string; privileges: readonly SequencePrivilege[] }
);

export type DatabasePrivilege = "CONNECT" | "CREATE" | "TEMPORARY";
export type SchemaPrivilege = "CREATE" | "USAGE";
/** TRUNCATE, REFERENCES and TRIGGER are missing on purpose: row-level security does not bind them. */
export type TablePrivilege = "SELECT" | "INSERT" | "UPDATE" | "DELETE";
export type SequencePrivilege = "SELECT" | "UPDATE" | "USAGE";

/** A schema beside `public`, owned by the owner. */
export interface SchemaDeclaration {
  name: string;
  purpose: string;
}

/** An extension, and the schema that its objects live in. */
export interface ExtensionDeclaration {
  name: string;
  schema: string;
  purpose: string;
  /** Exactly this one, as pg_available_extension_versions lists it. Default: the one that the server installs. */
  version?: string;
}

/**
 * A setting that sessions in the database begin with, by ALTER DATABASE or ALTER ROLE … IN DATABASE.
 *
 * https://www.postgresql.org/docs/15/config-setting.html#CONFIG-SETTING-SQL
 */
export interface SettingDeclaration {
  /** As SHOW takes it. */
  name: string;
  /** One value, as pg_db_role_setting keeps it: `30s`, `off`. Lists are not meant. */
  value: string;
  /** Only sessions of this role. Default: all. */
  role?: string;
  /** Why; read by people. */
  purpose: string;
}
