import { compareCounts, countRows } from "@hosterizer/postgres/backup/countRows";
import type { TableRows } from "@hosterizer/postgres/backup/dumpContents";
import { renderDifference } from "@hosterizer/postgres/convergence/difference";
import { isLeak } from "@hosterizer/postgres/isolation/isolationProof";
import { readSchemaDrift } from "@hosterizer/postgres/schema/schemaDrift";
import { UserError } from "@hosterizer/postgres/userError";
import type { Program } from "../../program";
import { say } from "../../terminal";
import { counted } from "../screen/numbers";
import { backupRole } from "../stack/backupRole";
import { connectionAs } from "../stack/connectAs";
import type { StackAccess } from "../stack/stackAccess";
import { proveStack } from "../verify/proof";

/** @throws UserError if the restored database is not what the dump says, or not safe to use */
export async function checkRestored(
  program: Program,
  restored: StackAccess,
  rows: readonly TableRows[],
  schemaOnly = false,
): Promise<void> {
  const counts = await countRows(connectionAs(backupRole(program), restored), rows);
  const differences = await readSchemaDrift(connectionAs(program.migrator, restored), {
    schemas: program.recordedSchemas,
    owner: program.owner,
    directory: program.migrationsDirectory,
    tenancy: await program.tenancyUpTo(),
  });
  const proof = await proveStack(restored, program);
  const faults = [
    ...compareCounts(rows, counts),
    ...differences.map(renderDifference),
    ...proof.cells
      .filter(isLeak)
      .map(({ role, table }) => `${role} sees other tenants' rows of ${table}`),
  ];
  if (faults.length > 0) {
    throw new UserError(
      `The database ${restored.database} is not as it should be:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
      "It is kept under this name, and only superusers may connect to it. The present database was not changed.",
    );
  }
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  say(
    schemaOnly
      ? "  rows: none but the program's own records"
      : `  rows: ${counted(total, "row")} of ${counted(rows.length, "table")}, as in the dump`,
  );
  say("  schema: as recorded");
  say(`  isolation: ${counted(proof.summary.tried, "attempt")}, nothing leaks`);
}
