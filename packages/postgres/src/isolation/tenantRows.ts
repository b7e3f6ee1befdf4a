import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from "pg";

import { quotedName } from "../sql/tableName";
import type { TenantTable } from "../rowLevelSecurity/tenancy";
import type { Value } from "./candidateValues";
import type { ColumnShape, ForeignKeyShape, TableShape } from "./tableShapes";
import { NoRowError, type Row, solveRow } from "./solveRow";

/** A tenant table and its shape in the catalog. */
export interface ProofTable extends TenantTable {
  shape: TableShape;
  /** 0 for a declared table, otherwise the depth of the partition or child. */
  level: number;
}

/** The column that says whose a row is; undefined if the table does not have it. */
export function tenantColumn({ shape, column }: ProofTable): ColumnShape | undefined {
  return shape.columns.find(({ name }) => name === column);
}

/** Rows of synthetic tenants, inserted in a transaction that is never committed. */
export class TenantRows {
  private readonly filled = new Map<string, Row>();
  private nonce = 1_000_000_000 + Math.floor(Math.random() * 500_000_000);

  constructor(
    private readonly client: Client,
    private readonly shapes: ReadonlyMap<string, TableShape>,
    private readonly tables: readonly ProofTable[],
  ) {}

  /** The row inserted for a tenant, by its table's oid. */
  rowOf(oid: string, tenant: string): Row | undefined {
    return this.filled.get(`${oid} ${tenant}`);
  }

  /** The rows inserted so far, to restore after a rollback to a savepoint. */
  snapshot(): ReadonlyMap<string, Row> {
    return new Map(this.filled);
  }

  /** Forgets the rows that were rolled back. */
  restore(snapshot: ReadonlyMap<string, Row>): void {
    this.filled.clear();
    for (const [key, row] of snapshot) this.filled.set(key, row);
  }

  /** Finds a row and inserts the parents that it needs, but not the row itself. */
  async prepare(shape: TableShape, tenant: string, fixed: Row = new Map()): Promise<Row> {
    const values = new Map(fixed);
    const own = this.tables.find((table) => table.shape.oid === shape.oid);
    if (own !== undefined) values.set(own.column, tenant);
    for (const key of shape.foreignKeys) {
      for (const [column, value] of await this.refer(shape, key, tenant, values)) {
        if (!values.has(column)) values.set(column, value);
      }
    }
    this.nonce += 1 + Math.floor(Math.random() * 1_000);
    return solveRow(this.client, shape, values, this.nonce);
  }

  /** Inserts a tenant's row unless it exists, and returns it. */
  async fill(shape: TableShape, tenant: string, fixed: Row = new Map()): Promise<Row> {
    const found = this.rowOf(shape.oid, tenant);
    if (found !== undefined) return found;
    const row = await this.prepare(shape, tenant, fixed);
    const isChild = this.tables.some((table) => table.level > 0 && table.shape.oid === shape.oid);
    // The parent table's row may already be in this partition, with the same key.
    const unless = isChild ? " on conflict do nothing" : "";
    await this.client.query(`${insertStatement(shape, row)}${unless}`);
    this.filled.set(`${shape.oid} ${tenant}`, row);
    return row;
  }

  /** The values of a foreign key's columns. */
  private async refer(
    shape: TableShape,
    { parent, pairs }: ForeignKeyShape,
    tenant: string,
    values: Row,
  ): Promise<[string, Value][]> {
    const target = this.shapes.get(parent);
    if (target === undefined || target.oid === shape.oid) return [];
    const isTenants = this.tables.some((table) => table.shape.oid === target.oid);
    const isOptional = pairs.some(([child]) => !isNotNull(shape, child));
    // An optional reference stays null, unless it leads to a tenant table.
    if (isOptional && !isTenants) return [];
    const decided = pairs.flatMap(([child, column]): [string, Value][] => {
      const value = values.get(child);
      return value === undefined ? [] : [[column, value]];
    });
    const row =
      isTenants || target.privileges.INSERT
        ? await this.fill(target, tenant, new Map(decided))
        : await this.existing(target, pairs, decided);
    return pairs.map(([child, column]) => {
      const value = row.get(column);
      if (value === undefined) {
        throw new NoRowError(
          `column ${target.table}.${column}, which ${child} refers to, has no known value`,
        );
      }
      return [child, value];
    });
  }

  /** An existing row of a table that the role may only read. */
  private async existing(
    target: TableShape,
    pairs: ForeignKeyShape["pairs"],
    decided: readonly [string, Value][],
  ): Promise<Row> {
    const columns = pairs.map(([, column]) => `${escapeIdentifier(column)}::pg_catalog.text`);
    const where = decided.map(
      ([column], at) => `${escapeIdentifier(column)}::pg_catalog.text = $${at + 1}`,
    );
    const sql = `select ${columns.join(", ")} from ${quotedName(target)} ${where.length > 0 ? `where ${where.join(" and ")}` : ""} limit 1`;
    const { rows } = await this.client.query<Record<string, Value>>(
      sql,
      decided.map(([, value]) => value),
    );
    const [row] = rows;
    if (row === undefined) {
      throw new NoRowError(
        `it refers to ${target.schema}.${target.table}, which is empty, and the role may not insert there`,
      );
    }
    return new Map(pairs.map(([, column]) => [column, row[column] ?? null]));
  }
}

function isNotNull({ columns }: TableShape, name: string): boolean {
  return columns.some((column) => column.name === name && column.notNull);
}

/** Overrides identities, so that no sequence advances. */
export function insertStatement(shape: TableShape, row: Row, alias = ""): string {
  const names = [...row.keys()].map((name) => escapeIdentifier(name));
  const values = [...row.values()].map((value) => (value === null ? "null" : escapeLiteral(value)));
  const target = `insert into ${quotedName(shape)}${alias === "" ? "" : ` as ${alias}`}`;
  if (names.length === 0) return `${target} default values`;
  return `${target} (${names.join(", ")}) overriding system value values (${values.join(", ")})`;
}

/** Why a row could not be inserted. */
export function reasonOf(error: unknown): string {
  if (error instanceof NoRowError) return error.message;
  if (!(error instanceof DatabaseError)) throw error;
  return `no row could be inserted: ${error.message} (${error.code ?? "no code"})`;
}
