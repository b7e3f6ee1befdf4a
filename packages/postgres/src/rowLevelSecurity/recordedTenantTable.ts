import type { SchemaObject } from "../schema/catalog/schemaObject";
import type { TableSecurity } from "./readTenantTables";

/** What the recorded schema says of a tenant table's column. */
interface RecordedTenantTable {
  column: boolean;
  type: string | null;
  notNull: boolean;
  /** Whether an index begins with it. */
  indexed: boolean;
  /** Whether it is in a foreign key, or the primary key. */
  refers: boolean;
}

/** Looks a tenant table up in the recorded schema, which may be empty. */
export function recordedTenantTable(
  record: readonly SchemaObject[],
  { quoted_table, quoted_column }: Pick<TableSecurity, "quoted_table" | "quoted_column">,
): RecordedTenantTable {
  const column = record.find(
    ({ kind, identity }) => kind === "column" && identity === `${quoted_table}.${quoted_column}`,
  );
  const ofTable = record.filter(({ facts }) => facts["table"] === quoted_table);
  const constraints = ofTable
    .filter(({ kind }) => kind === "constraint")
    .map(({ facts }) => ({ type: facts["type"], columns: columnsOf(facts["definition"]) }));
  const leads = (columns: readonly string[]) => columns[0] === quoted_column;
  return {
    column: column !== undefined,
    type: column?.facts["type"] ?? null,
    notNull: column?.facts["not null"] === "NOT NULL",
    indexed:
      constraints.some(
        ({ type, columns }) => (type === "PRIMARY KEY" || type === "UNIQUE") && leads(columns),
      ) ||
      ofTable.some(
        ({ kind, facts: { definition } }) =>
          kind === "index" &&
          definition?.includes(" USING btree ") === true &&
          !definition.includes(" WHERE ") &&
          leads(columnsOf(definition)),
      ),
    refers: constraints.some(
      ({ type, columns }) =>
        (type === "FOREIGN KEY" && columns.includes(quoted_column)) ||
        (type === "PRIMARY KEY" && columns.length === 1 && leads(columns)),
    ),
  };
}

// The first list in parentheses, as PostgreSQL prints it. Expressions among an index's columns are no names anyway.
function columnsOf(definition: string | null | undefined): string[] {
  const list = /\(([^)]*)\)/.exec(definition ?? "")?.[1] ?? "";
  return list.split(", ").map((part) => part.replace(/ (?:DESC|ASC|NULLS|COLLATE)\b.*/, ""));
}
