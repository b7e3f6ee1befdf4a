import { dumpCustomer } from "@hosterizer/postgres/backup/customer/dumpCustomer";
import { isLostConnection } from "@hosterizer/postgres/connection/connectionFailure";
import { UserError } from "@hosterizer/postgres/userError";
import { interruptible } from "../../interruptible";
import type { Program } from "../../program";
import { say, steadyProgress } from "../../terminal";
import { counted } from "../screen/numbers";
import { backupRole } from "../stack/backupRole";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import { migrationTarget } from "../stack/schemaVersion";
import { readStackAccess } from "../stack/stackAccess";
import { describeDump, dumpFile, makeDefaultFolder } from "./dumpFile";

interface Options {
  stack: string;
  customer: string;
  file: string | undefined;
}

/** Writes one customer's rows of all tenant tables into a file: `npm run db -- dump --customer`. */
export async function dumpOneCustomer(
  program: Program,
  { stack, customer, file: given }: Options,
): Promise<void> {
  const file = dumpFile(given, `${stack}-customer-${customer}`, "jsonl.gz");
  const access = await readStackAccess(stack);
  const { tables, exemptTables = [] } = await program.tenancyUpTo(
    migrationTarget(stack) ?? undefined,
  );
  if (given === undefined) await makeDefaultFolder();
  const began = Date.now();
  const progress = steadyProgress();
  const counts = await interruptible(
    (signal) =>
      explainRefusal(access, connectionAs(backupRole(program), access), (connection) =>
        dumpCustomer(
          connection,
          file,
          { customer, tenantTables: tables },
          {
            onRows: (table, rows) => {
              progress(`writing ${table}: ${counted(rows, "row")}`);
            },
            signal,
          },
        ),
      ).catch((error: unknown) => {
        if (signal.aborted || !isLostConnection(error)) throw error;
        throw new UserError(
          `The connection to the server was lost: ${error.message}.`,
          `Nothing is left of the dump: ${file} was not written.`,
          { cause: error },
        );
      }),
    `Nothing is left of the dump: ${file} was not written.`,
  );
  say(await describeDump(file, began));
  for (const { table, rows } of counts) say(`  ${table}: ${counted(rows, "row")}`);
  for (const { schema, table } of exemptTables) {
    say(`  without ${schema}.${table}: database/tenancy.ts exempts it`);
  }
}
