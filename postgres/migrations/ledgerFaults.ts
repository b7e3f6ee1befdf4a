import { DeclarationError } from "../declarationError";
import type { AppliedMigration } from "./ledger";
import type { Migration } from "./migration";

/** One way in which the folder contradicts what has been applied. */
export interface LedgerFault {
  kind:
    | "missing" // applied, and gone from the folder
    | "overtaken" // not applied, though a later one is
    | "up edited"
    | "down edited";
  name: string;
  /** Whether a migrate run is refused. An edited down file is not: one that doesn't undo must be mendable. */
  refused: boolean;
  error: DeclarationError;
}

/** Compares the folder with the ledger. Reads nothing but its arguments. */
export function ledgerFaults(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): LedgerFault[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  const names = new Set(applied.map(({ name }) => name));
  const last = applied.at(-1)?.name ?? "";

  const missing = applied.filter(({ name }) => !known.has(name)).map(missingFault);
  const overtaken = migrations
    .filter(({ name }) => !names.has(name) && name < last)
    .map((migration) => overtakenFault(migration, last));
  const edited = applied.flatMap((row) => {
    const migration = known.get(row.name);
    return migration === undefined ? [] : editedFaults(migration, row);
  });
  return [...missing, ...overtaken, ...edited];
}

function missingFault({ name }: AppliedMigration): LedgerFault {
  const fault = "it is applied to the database, but its files are gone from the folder";
  const remedy = `Bring ${name}.up.sql and ${name}.down.sql back from version control`;
  return { kind: "missing", name, refused: true, error: new DeclarationError(name, fault, remedy) };
}

function overtakenFault({ name, up }: Migration, last: string): LedgerFault {
  const fault = `it is not applied, but ${last}, which comes after it, is`;
  const remedy = `Give it a number after ${last}, or roll back to the one before it first`;
  const error = new DeclarationError(up.path, fault, remedy);
  return { kind: "overtaken", name, refused: true, error };
}

function editedFaults(migration: Migration, row: AppliedMigration): LedgerFault[] {
  const faults: LedgerFault[] = [];
  const compare = (direction: "up" | "down", sha256: string | null, tokens: string | null) => {
    const file = migration[direction];
    if (sha256 === null || sha256 === file.sha256) return;

    const cosmetic = tokens === file.tokensSha256 ? " (in comments and white space only)" : "";
    const fault = `the file was edited${cosmetic} after it was applied on ${day(row.appliedAt)}`;
    const remedy = "Restore it from version control, and put the change into a new migration";
    const error = new DeclarationError(file.path, fault, remedy);
    const refused = direction === "up";
    faults.push({ kind: `${direction} edited`, name: row.name, refused, error });
  };
  compare("up", row.upSha256, row.upTokensSha256);
  compare("down", row.downSha256, row.downTokensSha256);
  return faults;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
