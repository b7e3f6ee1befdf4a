import type { ProofTable } from "./tenantRows";

/** Tables in the order in which their rows can be made: what foreign keys lead to comes first. Cycles end anywhere. */
export function parentsFirst<T extends ProofTable>(tables: readonly T[]): T[] {
  const byOid = new Map(tables.map((table) => [table.shape.oid, table]));
  const ordered = new Set<T>();
  const open = new Set<T>();
  const visit = (table: T): void => {
    if (ordered.has(table) || open.has(table)) return;
    open.add(table);
    for (const { parent } of table.shape.foreignKeys) {
      const target = byOid.get(parent);
      if (target !== undefined) visit(target);
    }
    ordered.add(table);
  };
  for (const table of tables) visit(table);
  return [...ordered];
}
