import type { Client } from "pg";

import { planProgramObjects } from "./planProgramObjects";
import { readProgramObjects } from "./readProgramObjects";
import type { Connection } from "../connection/connection";
import { converge } from "../convergence/converge";
import type { Finding } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import { ledgerDefaults, ledgerTable } from "../migrations/ledger";

/** A table of the ledger that is not as this program has made it. */
interface FoundTable {
  name: string;
  /** A view is in its place. */
  replaced: boolean;
  /** What the table is called now, quoted. */
  renamed: string | null;
  /** Row-level security is enabled or forced: it hides what is applied. */
  secured: boolean;
  /** Columns, quoted, with another default than ours. */
  defaults: { column: string; expected: string | null; actual: string | null }[];
}

const { schema } = ledgerTable;

/** Its entry in docs/drift.md. */
export const ledgerKind = "ledger table";

/**
 * What somebody has made of the ledger's tables, beyond the objects that the audit finds on them. Reads the catalog alone, and
 * changes nothing.
 */
export async function readLedgerTables(client: Client): Promise<Finding[]> {
  const values = [schema, JSON.stringify(ledgerDefaults)];
  const { rows } = await client.query<FoundTable>(readSql(__dirname, "ledgerTables"), values);
  return rows.flatMap(findingsOf);
}

/**
 * Gives the ledger's tables back their names, and takes away what would run when they are read or written: triggers, rules,
 * policies and defaults. No row is touched.
 *
 * @param connection A login that may become the owner, and no more.
 */
export async function restoreLedgerTables(connection: Connection, owner: string): Promise<void> {
  const as = { purpose: "ledger", owner };
  await converge(connection, as, readLedgerTables);
  await converge(connection, as, async (client) => {
    const found = planProgramObjects(await readProgramObjects(client));
    return found.filter(
      ({ object }) => object.includes(` on ${schema}.`) || object.startsWith(`index ${schema}.`),
    );
  });
}

function findingsOf(found: FoundTable): Finding[] {
  const table = `${schema}.${found.name}`;
  const differs = { kind: ledgerKind, object: `table ${table}`, repair: "automatic" } as const;
  const { replaced, renamed, secured, defaults } = found;
  const place: Finding[] = [];
  if (renamed !== null) {
    place.push({
      ...differs,
      expected: `the table that is called ${schema}.${renamed} now`,
      actual: replaced ? "a view" : null,
      sql: `${replaced ? `drop view ${table};\n` : ""}alter table ${schema}.${renamed} rename to ${found.name}`,
    });
  } else if (replaced) {
    const reason = "restore the table from a backup: it says which migrations are applied";
    place.push({ ...differs, expected: "a table", actual: "a view", repair: "refused", reason });
  }
  const security = "row-level security";
  return [
    ...place,
    ...(secured
      ? [
          {
            ...differs,
            expected: `no ${security}`,
            actual: security,
            reason: "it hides what is applied",
            sql: `alter table ${table} no force ${security.replace("-", " ")}, disable ${security.replace("-", " ")}`,
          },
        ]
      : []),
    ...defaults.map(({ column, expected, actual }) => ({
      ...differs,
      object: `column ${table}.${column}`,
      expected: `default ${expected ?? "none"}`,
      actual: `default ${actual ?? "none"}`,
      sql: `alter table ${table} alter column ${column} ${expected === null ? "drop default" : `set default ${expected}`}`,
    })),
  ];
}
