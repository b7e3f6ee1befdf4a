import { locator } from "@hosterizer/postgres/sql/locate";
import type { Migration } from "@hosterizer/postgres/migrations/migration";
import { readMigrations } from "@hosterizer/postgres/migrations/readMigrations";
import { splitStatements } from "@hosterizer/postgres/sql/splitStatements";
import { judgePending, safetyFault } from "@hosterizer/postgres/migrations/safety/judgePending";
import type { RowEstimates } from "@hosterizer/postgres/migrations/safety/lockFindings";
import { readRowEstimates } from "@hosterizer/postgres/migrations/safety/readRowEstimates";
import { statementLocks } from "@hosterizer/postgres/migrations/safety/statementLocks";
import { DeclarationErrors } from "@hosterizer/postgres/declarationError";
import type { Program } from "../../program";
import { connectionAs } from "../stack/connectionAs";
import { explainRefusal } from "../stack/explainRefusal";
import type { StackAccess } from "../stack/stackAccess";
import type { Destination } from "./destinationUntouched";
import type { Evidence } from "./gate";

/** What is to come would keep nobody out for long, by the sizes that the destination's tables have. */
export async function safeMigrations(
  access: StackAccess,
  { migrator, migrationsDirectory, releasedVersion }: Program,
  { version, pending }: Destination,
): Promise<Evidence> {
  const all = await readMigrations(migrationsDirectory, version);
  const coming = all.filter(({ name }) => pending.includes(name));
  const rows = await explainRefusal(access, connectionAs(migrator, access), readRowEstimates);
  const judged = coming.filter(({ number }) => number > releasedVersion);
  const findings = await judgePending(judged, rows);
  if (findings.length > 0) throw new DeclarationErrors(findings.map(safetyFault));
  const locks = (await Promise.all(coming.map((one) => locksOf(one, rows)))).flat();
  const summary =
    coming.length === 0
      ? "there is none to come"
      : [`nothing unsafe in ${coming.length} to come`, ...locks].join("\n");
  return { summary, data: { judged: judged.map(({ name }) => name), locks } };
}

/** Each statement that keeps others from a table that is there, with the strength and the length of it. */
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
