import type { ProofCell } from "./isolationProof";

/** What was tried and what came of it, in a line. */
export function describeCell({
  role,
  schema,
  table,
  command,
  context,
  expected,
  found,
}: ProofCell): string {
  const where = `${role}, ${schema}.${table}, ${command}, context ${context}`;
  return `${where}: found ${found}, expected ${expected}`;
}
