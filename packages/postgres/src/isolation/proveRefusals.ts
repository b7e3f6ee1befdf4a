import { refusalProbes } from "./refusalProbes";
import type { TenantPair } from "./proofContexts";
import type { TableProof } from "./proveTable";

/**
 * What must hold whoever asks: policies bind the role, and it has nothing that they don't bind.
 *
 * TRUNCATE and ALTER would lock the table for everybody. Where the catalog says that they are allowed, that is the
 * finding, and they are not tried; where it says that they are refused, PostgreSQL refuses them before it locks.
 */
export async function proveRefusals(proof: TableProof, pair: TenantPair): Promise<void> {
  const { shape } = proof.table;
  const { privileges, isOwned, isActive, enabled, forced } = shape;
  const holds = (ok: boolean, detail: string) => ({
    ok,
    found: ok ? "yes" : "no",
    detail: ok ? "" : detail,
  });
  const why = enabled
    ? "no policy binds this role: BYPASSRLS, superuser or owner"
    : "row-level security is disabled";
  proof.add("ROW SECURITY", "catalog", "yes", holds(isActive, why));
  proof.add("FORCE", "catalog", "yes", holds(forced, "its owner is not bound by its policies"));

  const given = {
    TRUNCATE: privileges.TRUNCATE || isOwned,
    ALTER: isOwned,
    REFERENCES: privileges.REFERENCES,
    TRIGGER: privileges.TRIGGER,
  };
  const allowed = { ok: false, found: "allowed", detail: "not tried, the catalog says so" };
  const refused = { ok: true, found: "refused", detail: "" };
  proof.add("REFERENCES", "catalog", "refused", given.REFERENCES ? allowed : refused);
  proof.add("TRIGGER", "catalog", "refused", given.TRIGGER ? allowed : refused);
  for (const probe of refusalProbes(proof.table)) {
    const isGiven = probe.command in given && given[probe.command as keyof typeof given];
    if (isGiven) proof.add(probe.command, "own", "refused", allowed);
    else await proof.tryIn("own", probe, "refused", pair);
  }
  for (const one of shape.functions) {
    const detail = `${one.name} runs as ${one.owner}, past the policies`;
    const found = one.isBound
      ? { ok: true, found: "bound", detail: one.name }
      : { ok: false, found: "callable", detail };
    proof.add("FUNCTION", "catalog", "refused", found);
  }
  for (const { name, isMaterialized, isInvoker, columns } of shape.views) {
    if (isMaterialized && !proof.seesAll) {
      const detail = `${name} is materialized: no policy binds it`;
      proof.add("VIEW", "catalog", "refused", { ok: false, found: "readable", detail });
    } else if (!isMaterialized && !columns.includes(proof.table.column) && !isInvoker) {
      proof.skip(
        ["VIEW"],
        `${name} does not show ${proof.table.column}, and is not security_invoker`,
      );
    }
  }
}
