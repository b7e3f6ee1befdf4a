import { DatabaseError } from "pg";

import { UserError } from "../../userError";
import type { CustomerHead, Row } from "./customerFile";
import { type CustomerTable, nameOf } from "./customerTables";
import type { CustomerTarget } from "./customerTarget";
import { readTakenKey, taken } from "./takenKey";

/** Classes of SQLSTATE that say something about a row: data exception, integrity constraint violation. */
export const ofRows = /^2[23]/;
/** insufficient_privilege: here that of a policy, because privileges were looked at before. */
const refused = "42501";

/** What went wrong, for the user, where it is the file. https://www.postgresql.org/docs/15/errcodes-appendix.html */
export async function explain(
  error: unknown,
  {
    file,
    table,
    rows,
    target,
    head,
  }: {
    file: string;
    table: CustomerTable | undefined;
    rows: readonly Row[];
    target: CustomerTarget;
    head: CustomerHead;
  },
): Promise<unknown> {
  if (!(error instanceof DatabaseError)) return error;
  const { code = "", message, detail } = error;
  const unchanged = "Nothing was changed.";
  if (code === refused && table !== undefined) {
    return new UserError(
      `${file} has rows of ${nameOf(table)} that are not customer ${head.customer}'s: row-level security refuses them.`,
      `The file is not one that a dump has written. ${unchanged}`,
      { cause: error },
    );
  }
  if (code === taken && table !== undefined) {
    const key = await readTakenKey(error, table, rows, target.reader);
    return new UserError(
      key === undefined
        ? `${file} has two rows of ${nameOf(table)} with the same key ${String(error.constraint)}.`
        : `${nameOf(table)} has another row with ${key}.`,
      key === undefined ? unchanged : `Two rows cannot have the same key. ${unchanged}`,
      { cause: error },
    );
  }
  if (!ofRows.test(code)) return error;
  const where = table === undefined ? (error.table ?? "a table") : nameOf(table);
  return new UserError(
    `${file} has a row of ${where} that the database refuses: ${[message, detail].filter(Boolean).join(". ")}.`,
    unchanged,
    { cause: error },
  );
}
