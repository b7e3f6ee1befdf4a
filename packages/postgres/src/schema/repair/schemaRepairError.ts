import { DatabaseError } from "pg";

import { npmCommand, shellWord } from "../../npmCommand";
import type { SchemaRepair } from "./schemaRepair";

/** An object that could not be put right: rows contradict it, or somebody holds it. */
export class SchemaRepairError extends Error {
  override readonly name = "SchemaRepairError";
  /** PostgreSQL's SQLSTATE; absent if the connection was lost. */
  readonly code?: string;

  constructor({ object }: SchemaRepair, cause: unknown) {
    const { code, lines } = describe(cause);
    super(
      [
        `${object} could not be restored: ${lines.join("\n")}`,
        remedyFor(object, code),
        "What was restored before it stays, no row was touched, and the next up goes on from here.",
      ].join("\n"),
      { cause },
    );
    if (code !== undefined) this.code = code;
  }
}

function describe(cause: unknown): { code?: string; lines: string[] } {
  if (!(cause instanceof DatabaseError)) {
    return { lines: [cause instanceof Error ? cause.message : String(cause)] };
  }
  const { message, code, detail, hint } = cause;
  const lines = [
    code === undefined ? message : `${message} (${code})`,
    ...(detail === undefined ? [] : [`detail: ${detail}`]),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ];
  return code === undefined ? { lines } : { code, lines };
}

/** https://www.postgresql.org/docs/15/errcodes-appendix.html */
function remedyFor(object: string, code = ""): string {
  const remedy = remedies[code];
  if (remedy === undefined) return "Remove the cause and run `npm run up` again.";
  if (!acceptable.test(code)) return remedy;
  const accept = npmCommand("db -- accept-drift", ["--reason 'why'", shellWord(object)]);
  return `${remedy}, or accept the database as it is: ${accept}`;
}

const remedies: Readonly<Record<string, string>> = {
  "23502": "Rows have no value there. Fill it in and run `npm run up` again",
  "23503": "Rows refer to rows that are not there. Mend them and run `npm run up` again",
  "23505": "Rows have the same key. Mend them and run `npm run up` again",
  "23514": "Rows contradict it. Mend them and run `npm run up` again",
  "23P01": "Rows conflict with each other. Mend them and run `npm run up` again",
  "2BP01": "Something made by hand uses it. Drop that first and run `npm run up` again",
  "42501":
    "It belongs to another role than the owner. Give it back as a superuser (alter … owner to …) and run `npm run up` again.",
  "55P03":
    "Another session holds it. Find it with pg_blocking_pids, or run `npm run up` again at a quieter hour.",
};

/** Rows, or an object made by hand, stand in the way: the database may be right instead. */
const acceptable = /^(23|2BP01)/;
