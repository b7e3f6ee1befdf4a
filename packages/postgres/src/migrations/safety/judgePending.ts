import { DeclarationError } from "../../declarationError";
import type { Migration } from "../migration";
import { judgeMigration } from "./judgeMigration";
import type { RowEstimates } from "./lockFindings";
import type { SafetyFinding } from "./safetyFinding";
import { squawkIn } from "./squawk";

/**
 * What is unsafe about migrations that are to be applied, and that nobody has waived.
 *
 * @param project The folder in which squawk may be installed. Default: the working folder.
 */
export async function judgePending(
  pending: readonly Migration[],
  rows?: RowEstimates,
  project: string = process.cwd(),
): Promise<SafetyFinding[]> {
  const squawk = squawkIn(project);
  const findings: SafetyFinding[] = [];
  for (const migration of pending)
    findings.push(...(await judgeMigration(migration, rows, squawk)));
  return findings.filter(({ waived }) => waived === undefined);
}

/** A finding as a fault: where, what, and what to do, or how to let it stand. */
export function safetyFault({ file, line, rule, fault, remedy }: SafetyFinding): DeclarationError {
  const waiver =
    rule === "bad-waiver" ? "" : `, or say why it may stand: -- safety: ${rule} because …`;
  return new DeclarationError(`${file}:${line}`, `${fault} (${rule})`, `${remedy}${waiver}`);
}
