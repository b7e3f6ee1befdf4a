import { CommandError } from "../../commandError";
import type { Program } from "../../program";
import { paint } from "../screen/paint";
import { renderProof } from "../screen/renderProof";
import type { StackAccess } from "../stack/stackAccess";
import { proveStack } from "../stack/proveStack";
import type { Evidence } from "./gate";

/** No tenant sees another's rows in a stack's database. */
export async function isolationHolds(access: StackAccess, program: Program): Promise<Evidence> {
  const proof = await proveStack(access, program);
  const { tried, ok } = proof.summary;
  if (!ok) {
    throw new CommandError(
      `The proof of isolation fails:\n${renderProof(proof, paint(false))}`,
      "Mend the policies, or the grants; docs/isolation.md says what each attempt is.",
    );
  }
  const { summary, notProven } = proof;
  return {
    summary: `nothing leaks in ${tried} attempts, ${notProven.length} left out`,
    data: { summary, notProven },
  };
}
