import { DeclarationErrors } from "@hosterizer/postgres/userError";
import type { Migration } from "@hosterizer/postgres/migrations/migration";
import { readMigrations } from "@hosterizer/postgres/migrations/migrationsFolder";
import { judgePending, safetyFault } from "@hosterizer/postgres/migrations/safety/judgeMigration";
import {
  readRowEstimates,
  type RowEstimates,
  statementLocks,
} from "@hosterizer/postgres/migrations/safety/statementLocks";
import { locator } from "@hosterizer/postgres/sql/locate";
import { splitStatements } from "@hosterizer/postgres/sql/statements";
import type { Program } from "../../program";
import { counted } from "../screen/numbers";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import type { StackAccess } from "../stack/stackAccess";
import type { Evidence } from "./gate";
import type { Destination } from "./stackChecks";

/**
 * Checks that no pending migration would lock a table for long, given the sizes of the destination's tables.
 *
 * @throws DeclarationErrors with every unsafe statement
 */
export async function checkMigrations(
  access: StackAccess,
  { migrator, migrationsDirectory, releasedVersion }: Program,
  { version, pending }: Pick<Destination, "version" | "pending">,
): Promise<Evidence> {
  const all = await readMigrations(migrationsDirectory, version);
  const migrations = all.filter(({ name }) => pending.includes(name));
  const rows = await explainRefusal(access, connectionAs(migrator, access), readRowEstimates);
  const judged = migrations.filter(({ number }) => number > releasedVersion);
  const findings = await judgePending(judged, rows);
  if (findings.length > 0) throw new DeclarationErrors(findings.map(safetyFault));
  const locks = (await Promise.all(migrations.map((one) => locksOf(one, rows)))).flat();
  const safe = `nothing unsafe in ${counted(migrations.length, "pending migration")}`;
  const summary = migrations.length === 0 ? "no pending migration" : [safe, ...locks].join("\n");
  return { summary, data: { judged: judged.map(({ name }) => name), locks } };
}

/** Each statement that locks an existing table, with the lock's mode and how long it is held. */
async function locksOf({ up }: Migration, rows: RowEstimates): Promise<string[]> {
  const statements = await splitStatements(up.sql).catch(() => []);
  const find = locator(up.sql);
  return statements.flatMap(({ node, offset }) =>
    statementLocks(node)
      .filter(({ table }) => rows.has(table))
      .map(({ table, mode, work }) => {
        const length =
          work === "none" ? "for a moment" : `for its ${rows.get(table) ?? 0} rows (${work})`;
        return `${up.path}:${find(offset).line} locks ${table} in ${mode} mode ${length}`;
      }),
  );
}
