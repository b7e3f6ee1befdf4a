import type { Client } from "pg";

import type { Connection } from "../connection/connection";
import { converge } from "../convergence/converge";
import type { Finding } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import { ledgerDefaults, ledgerTable } from "../migrations/ledger";
import { inspectProgramObjects } from "./programObjects";

/** The kind of drift of the ledger's tables. */
export const ledgerKind = "ledger table";

type LedgerFinding = Finding<typeof ledgerKind>;

/** A table of the ledger that is not as this program created it. */
interface ChangedTable {
  name: string;
  /** A view has its name. */
  replaced: boolean;
  /** The table's current name, quoted. */
  renamed: string | null;
  /** Row-level security is enabled or forced, and hides which migrations are applied. */
  secured: boolean;
  /** Columns, quoted, whose default was changed. */
  defaults: { column: string; expected: string | null; actual: string | null }[];
}

const { schema } = ledgerTable;

/**
 * How the ledger's tables differ from those that this program created, besides the objects that the audit finds on them.
 * Reads the catalog only, and changes nothing.
 */
export async function readLedgerTables(client: Client): Promise<LedgerFinding[]> {
  const values = [schema, JSON.stringify(ledgerDefaults)];
  const { rows } = await client.query<ChangedTable>(readSql(__dirname, "ledgerTables"), values);
  return rows.flatMap((changed) => [
    ...planName(changed),
    ...planSecurity(changed),
    ...planDefaults(changed),
  ]);
}

/**
 * Gives the ledger's tables their names back, and drops what would run when they are read or written: triggers, rules,
 * policies and defaults. Touches no row.
 *
 * @param connection A login that may become the owner, with no further rights.
 */
export async function restoreLedgerTables(connection: Connection, owner: string): Promise<void> {
  const as = { purpose: "ledger", owner };
  await converge(connection, as, readLedgerTables);
  await converge(connection, as, async (client) => {
    const found = await inspectProgramObjects(client);
    return found.filter(
      ({ object }) => object.includes(` on ${schema}.`) || object.startsWith(`index ${schema}.`),
    );
  });
}

function planName({ name, replaced, renamed }: ChangedTable): LedgerFinding[] {
  const table = `${schema}.${name}`;
  const differs = { kind: ledgerKind, object: `table ${table}` } as const;
  if (renamed !== null) {
    const rename = `alter table ${schema}.${renamed} rename to ${name}`;
    return [
      {
        ...differs,
        expected: `the table now called ${schema}.${renamed}`,
        actual: replaced ? "a view" : null,
        repair: "automatic",
        sql: replaced ? `drop view ${table};\n${rename}` : rename,
      },
    ];
  }
  if (!replaced) return [];
  const reason = "restore the table from a backup: it records which migrations are applied";
  return [{ ...differs, expected: "a table", actual: "a view", repair: "refused", reason }];
}

function planSecurity({ name, secured }: ChangedTable): LedgerFinding[] {
  if (!secured) return [];
  const table = `${schema}.${name}`;
  return [
    {
      kind: ledgerKind,
      object: `table ${table}`,
      expected: "no row-level security",
      actual: "row-level security",
      repair: "automatic",
      reason: "it hides which migrations are applied",
      sql: `alter table ${table} no force row level security, disable row level security`,
    },
  ];
}

function planDefaults({ name, defaults }: ChangedTable): LedgerFinding[] {
  const table = `${schema}.${name}`;
  return defaults.map(({ column, expected, actual }) => {
    const change = expected === null ? "drop default" : `set default ${expected}`;
    return {
      kind: ledgerKind,
      object: `column ${table}.${column}`,
      expected: `default ${expected ?? "none"}`,
      actual: `default ${actual ?? "none"}`,
      repair: "automatic",
      sql: `alter table ${table} alter column ${column} ${change}`,
    };
  });
}
