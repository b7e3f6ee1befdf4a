import { type Connection, withClient } from "../../connection/connection";
import type { TenantTable } from "../../rowLevelSecurity/tenancy";
import { UserError } from "../../userError";
import type { CustomerHead } from "./customerFile";
import { countOfCustomer, type CustomerTable, nameOf, readCustomerTables } from "./customerTables";
import { appliedMigrations } from "./dumpCustomer";

/** Where a customer is loaded. */
export interface CustomerTarget {
  tenantTables: readonly TenantTable[];
  /** Login of the application: it may write what row-level security lets the customer write. */
  application: Connection;
  /** The session variables that make a session of it this customer's. */
  context: Readonly<Record<string, string>>;
  /** Login that policies show every row. */
  reader: Connection;
  /** Login that is a member of the owner. */
  migrator: Connection;
  owner: string;
}

/** A table with what the application may do with its columns. */
export interface WrittenTable extends CustomerTable {
  /** Its columns, quoted. */
  insertable: ReadonlySet<string>;
  readable: ReadonlySet<string>;
}

/** The tables of a dump in the database, in the dump's order. @throws UserError if the customer cannot be loaded */
export async function fittingTables(
  file: string,
  head: CustomerHead,
  { reader, application, tenantTables }: CustomerTarget,
): Promise<WrittenTable[]> {
  return withClient(reader, "restore", async (client) => {
    const tables = await readCustomerTables(client, tenantTables);
    requireVersion(file, head, await appliedMigrations(client));
    requireTables(file, head, tables);
    const written: WrittenTable[] = [];
    for (const table of tables) {
      const { rows } = await client.query<{
        count: string;
        insertable: string[];
        readable: string[];
      }>(
        `select (${countOfCustomer(table, tables, head.customer)}) as count,
                ${columnsWith("INSERT")} as insertable, ${columnsWith("SELECT")} as readable`,
        [application.user, table.quoted, table.columns.map(({ name }) => name)],
      );
      const [insertable, readable] = [rows[0]?.insertable ?? [], rows[0]?.readable ?? []];
      written.push({ ...table, insertable: new Set(insertable), readable: new Set(readable) });
      if (table.tenant !== null && rows[0]?.count !== "0") {
        throw new UserError(
          `${nameOf(table)} has rows of customer ${head.customer} already.`,
          "A customer is loaded only where it does not exist. Nothing was changed.",
        );
      }
      if (insertable.length === 0) {
        throw new UserError(
          `${application.user} may not write ${nameOf(table)}, and customers are loaded with its rights.`,
          "Nothing was changed.",
        );
      }
    }
    return head.tables.flatMap((wanted) =>
      written.filter((table) => nameOf(table) === nameOf(wanted)),
    );
  });
}

/** The columns in $3 of the table $2 on which the role $1 has a privilege, quoted. */
function columnsWith(privilege: "INSERT" | "SELECT"): string {
  return `array(
    select pg_catalog.quote_ident(c.name)
      from pg_catalog.unnest($3::pg_catalog.text[]) as c (name)
     where pg_catalog.has_column_privilege($1::pg_catalog.name, $2::pg_catalog.text, c.name, '${privilege}')
  )`;
}

function requireVersion(
  file: string,
  { migrations }: CustomerHead,
  applied: CustomerHead["migrations"],
): void {
  const last = (list: CustomerHead["migrations"]) => list.at(-1)?.name ?? "none";
  const names = (list: CustomerHead["migrations"]) => String(list.map(({ name }) => name));
  if (names(migrations) !== names(applied)) {
    throw new UserError(
      `${file} is of another schema version: its last migration is ${last(migrations)}, and here it is ${last(applied)}.`,
      "Bring both databases to the same version, then dump again. Nothing was changed.",
    );
  }
  const other = migrations.find(({ sha256 }, index) => {
    const here = applied[index]?.sha256 ?? null;
    return sha256 !== null && here !== null && sha256 !== here;
  });
  if (other === undefined) return;
  throw new UserError(
    `${file} is of another schema: the migration ${other.name} had other statements there than here.`,
    "Bring both databases to the same schema, then dump again. Nothing was changed.",
  );
}

function requireTables(file: string, head: CustomerHead, tables: readonly CustomerTable[]): void {
  const here = new Map(
    tables.map((table) => [nameOf(table), table.columns.map(({ name }) => name)]),
  );
  const there = new Map(head.tables.map((table) => [nameOf(table), table.columns]));
  const faults = [...new Set([...here.keys(), ...there.keys()])].flatMap((name) => {
    const [own, dumped] = [here.get(name), there.get(name)];
    if (own === undefined) return [`${name} is not a table of customers here`];
    if (dumped === undefined) return [`${name} is not in the file`];
    return [
      ...dumped
        .filter((column) => !own.includes(column))
        .map((column) => `${name} has no column ${column} here`),
      ...own
        .filter((column) => !dumped.includes(column))
        .map((column) => `${name} has no column ${column} in the file`),
      ...(String(own) === String(dumped) || own.length !== dumped.length
        ? []
        : [`${name} has its columns in another order`]),
    ];
  });
  if (faults.length === 0) return;
  throw new UserError(
    `${file} does not fit the tables:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    "`npm run drift` shows whether a table was changed by hand. Nothing was changed.",
  );
}
