import { readCustomerHead } from "@hosterizer/postgres/backup/customer/customerFile";
import { loadCustomer } from "@hosterizer/postgres/backup/customer/loadCustomer";
import { isLostConnection } from "@hosterizer/postgres/connection/connectionFailure";
import { UserError } from "@hosterizer/postgres/userError";
import { humanDuration } from "@hosterizer/postgres/humanNumbers";
import { interruptible } from "../../interruptible";
import type { Program } from "../../program";
import { withStackLock } from "../../stack/locks";
import { say, steadyProgress } from "../../terminal";
import { counted } from "../screen/numbers";
import { backupRole } from "../stack/backupRole";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import { migrationTarget } from "../stack/schemaVersion";
import { readStackAccess } from "../stack/stackAccess";
import { contextVariables } from "../stack/tenantContext";

/** Loads the dump of one customer into a stack that does not have this customer: `npm run db -- restore --customer`. */
export async function loadOneCustomer(
  program: Program,
  file: string,
  { stack, customer }: { stack: string; customer: string },
): Promise<void> {
  const head = await readCustomerHead(file);
  if (head === undefined) {
    throw new UserError(
      `${file} is not the dump of one customer.`,
      "Leave --customer out to load a dump of the database; `npm run db -- dump --customer` dumps one customer.",
    );
  }
  if (head.customer !== customer) {
    throw new UserError(
      `${file} has customer ${head.customer}, not ${customer}.`,
      `Name ${head.customer}, or another file. A customer keeps its number.`,
    );
  }
  const access = await readStackAccess(stack);
  const { tables } = await program.tenancyUpTo(migrationTarget(stack) ?? undefined);
  const target = {
    tenantTables: tables,
    application: connectionAs(program.application, access),
    context: contextVariables({ kind: "customer", id: customer }, access.contextKey),
    reader: connectionAs(backupRole(program), access),
    migrator: connectionAs(program.migrator, access),
    owner: program.owner,
  };
  const began = Date.now();
  const progress = steadyProgress();
  const onRows = (table: string, rows: number) => {
    progress(`loading ${table}: ${counted(rows, "row")}`);
  };
  say(`Reading ${file} …`);
  const counts = await interruptible(
    (signal) =>
      withStackLock(stack, () =>
        explainRefusal(access, target.application, () =>
          loadCustomer(file, head, target, { onRows, signal }),
        ),
      ).catch((error: unknown) => {
        if (signal.aborted || !isLostConnection(error)) throw error;
        throw new UserError(
          `The connection to the server was lost: ${error.message}.`,
          "Nothing was changed.",
          { cause: error },
        );
      }),
    "Nothing was changed.",
  );
  say(
    `Customer ${customer} is in stack ${stack}, after ${humanDuration((Date.now() - began) / 1000)}.`,
  );
  for (const { table, rows, present } of counts) {
    const reused = present === 0 ? "" : `, of which ${present} were there already`;
    say(`  ${table}: ${counted(rows, "row")}${reused}`);
  }
}
