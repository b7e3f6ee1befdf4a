import { escapeIdentifier, escapeLiteral } from "pg";

import type { ProofCommand } from "./isolationProof";
import type { ProofTable } from "./tenantRows";

/** Statements to send in one message, and how to read their answer. */
export interface Probe {
  command: ProofCommand;
  /** More than the command, such as a view's name. */
  object?: string;
  /** Run before the context is set, as another tenant. */
  before?: readonly string[];
  statements: readonly string[];
  /** `rows`: each of the last statement's rows names its tenant. `tags`: the last two count the rows of either tenant. */
  measure: "rows" | "tags";
}

/** One statement, of which every row names its tenant. */
export function rows(command: ProofCommand, statement: string): Probe {
  return { command, statements: [statement], measure: "rows" };
}

/** A tenant's rows, as a condition. */
export function is(column: string, tenant: string): string {
  return `${escapeIdentifier(column)} = ${escapeLiteral(tenant)}`;
}

/** A column that an UPDATE may name: set to itself, it changes nothing. */
export function touchedColumn({ shape, column }: ProofTable): string {
  const writable = shape.columns.filter((one) => !one.isGenerated && one.identity !== "a");
  const keys = new Set(shape.keys.flatMap((key) => key.columns));
  const plain = writable.find((one) => one.name !== column && !keys.has(one.name)) ?? writable[0];
  return escapeIdentifier(plain?.name ?? column);
}
