import type { Expectation, ProofCommand } from "./isolationProof";
import type { Observation } from "./runProbe";

/** Insufficient privilege, which is also what a policy's WITH CHECK says. */
const denied = "42501";

/** Refusals besides that one which keep tenants apart, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
const otherRefusals: Partial<Record<ProofCommand, readonly string[]>> = {
  // COPY FROM is not supported with row-level security.
  "COPY FROM": ["0A000"],
  // An identity that is always generated can't be written.
  MOVE: ["428C9"],
  "MOVE all": ["428C9"],
  // Foreign key violation: the parent isn't this tenant's.
  "FOREIGN KEY": ["23503"],
};

const words = { own: "own", other: "the other tenant's", another: "somebody else's" };

/** Compares what was seen with what must be. Pure. */
export function judgeCell(
  command: ProofCommand,
  expected: Expectation,
  observed: Observation,
): { ok: boolean; found: string; detail: string } {
  return observed.kind === "error"
    ? judgeError(command, expected, observed)
    : judgeRows(expected, observed);
}

function judgeError(
  command: ProofCommand,
  expected: Expectation,
  { code, message }: Extract<Observation, { kind: "error" }>,
) {
  const isRefusal = code === denied || (otherRefusals[command]?.includes(code) ?? false);
  const found = isRefusal ? "refused" : `error ${code}`;
  if (expected === "refused") {
    return {
      ok: isRefusal,
      found,
      detail: isRefusal ? "" : `no policy stopped it, but: ${message}`,
    };
  }
  // A constraint is met only by what the policies let through.
  if (expected === "allowed")
    return { ok: !isRefusal, found: isRefusal ? found : "allowed", detail: message };
  return { ok: false, found, detail: message };
}

function judgeRows(expected: Expectation, rows: Extract<Observation, { kind: "rows" }>) {
  const seen = (["own", "other", "another"] as const).filter((whose) => rows[whose] > 0);
  const found = seen.length === 0 ? "none" : seen.map((whose) => words[whose]).join(", ");
  if (expected === "refused") return { ok: false, found: "allowed", detail: `rows: ${found}` };
  if (expected === "allowed") return { ok: true, found: "allowed", detail: "" };
  const isOwn = rows.own > 0 === (expected === "own" || expected === "both");
  const isOther = rows.other > 0 === (expected === "other" || expected === "both");
  const isAlone = expected === "both" || rows.another === 0;
  return { ok: isOwn && isOther && isAlone, found, detail: "" };
}
