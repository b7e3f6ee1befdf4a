import type { Client } from "pg";

import { readSql } from "../sql/readSql";

export interface ColumnShape {
  name: string;
  /** As PostgreSQL writes it; a domain's base type. */
  type: string;
  /** pg_type.typcategory, such as N for numbers. */
  category: string;
  /** Of an enum, in order. */
  labels: string[] | null;
  notNull: boolean;
  /** An expression. */
  default: string | null;
  /** `a` always, `d` by default, or empty. */
  identity: string;
  isGenerated: boolean;
  /** What the role may do with it. */
  may: Record<"SELECT" | "INSERT" | "UPDATE", boolean>;
  /** Expressions over VALUE. */
  domainChecks: string[];
}

interface CheckShape {
  name: string;
  expression: string;
  columns: string[];
}

export interface ForeignKeyShape {
  name: string;
  /** The parent's oid. */
  parent: string;
  /** Child's column, parent's column. */
  pairs: [string, string][];
}

interface KeyShape {
  columns: string[];
  /** Neither partial nor over expressions, so that ON CONFLICT can name it by its columns alone. */
  isPlain: boolean;
}

/** A view that leads to the table, readable by the role. */
interface ViewShape {
  /** With its schema, quoted. */
  name: string;
  isMaterialized: boolean;
  isInvoker: boolean;
  columns: string[];
}

/** A function that mentions the table, runs as its owner, and may be called by the role. */
interface FunctionShape {
  name: string;
  owner: string;
  /** Whether policies bind it as they bind its caller. */
  isBound: boolean;
}

export type Privilege =
  "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "TRUNCATE" | "REFERENCES" | "TRIGGER";

/** What the catalog says about a table, for the current role. */
export interface TableShape {
  oid: string;
  schema: string;
  table: string;
  enabled: boolean;
  forced: boolean;
  /** Whether policies bind the role. */
  isActive: boolean;
  /** Whether the role is the owner, or can become it. */
  isOwned: boolean;
  privileges: Record<Privilege, boolean>;
  columns: ColumnShape[];
  checks: CheckShape[];
  foreignKeys: ForeignKeyShape[];
  keys: KeyShape[];
  views: ViewShape[];
  functions: FunctionShape[];
}

/** Reads tables and all that their foreign keys lead to, by oid. */
export async function readTableShapes(
  client: Client,
  oids: readonly string[],
): Promise<Map<string, TableShape>> {
  const { rows } = await client.query<TableShape>(readSql(__dirname, "tableShapes"), [[...oids]]);
  return new Map(rows.map((shape) => [shape.oid, shape]));
}
