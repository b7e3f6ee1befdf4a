import { DeclarationError, DeclarationErrors } from "../userError";
import { npmCommand, shellWord } from "../npmCommand";
import type { AppliedMigration } from "./ledger";
import { type Direction, type Migration, type MigrationFile, numberOf } from "./migration";

/** One way in which the folder contradicts what is applied. Each makes a migrate run fail. */
export interface LedgerFault {
  kind:
    | "missing" // applied, but the folder lacks one or both of its files
    | "renamed" // applied, but under another name in the folder
    | "overtaken" // not applied, although a later one is
    | "up edited"
    | "down edited";
  /** The migration's name in the ledger; of an overtaken one, in the folder. */
  name: string;
  /** Its new name, if it was renamed. */
  renamedTo?: string;
  /** Whether only comments and white space were edited: `rerecordFiles` may then record the files again. */
  cosmetic: boolean;
  /** Where, what and what to do, for people. */
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

  const unapplied = migrations.filter(({ name }) => !names.has(name));
  const gone = applied.filter(({ name }) => !known.has(name));
  const renamed = new Map<string, AppliedMigration>();
  for (const row of gone) {
    const now = unapplied.find((file) => !renamed.has(file.name) && hasTextOf(file, row));
    if (now !== undefined) renamed.set(now.name, row);
  }
  const moved = new Set(renamed.values());

  const missing = gone.filter((row) => !moved.has(row)).map(missingFault);
  const overtaken = unapplied
    .filter(({ name, number }) => !renamed.has(name) && number <= numberOf(last))
    .map((migration) => overtakenFault(migration, last));
  const edited = applied.flatMap((row) => {
    const migration = known.get(row.name);
    return migration === undefined ? [] : editedFaults(migration, row);
  });
  return [...missing, ...[...renamed].map(renamedFault), ...overtaken, ...edited];
}

/**
 * The migrations to undo to get down to a number, the last one first.
 *
 * @throws DeclarationErrors if the folder lacks files of some of them. Edited files are allowed: a down file that failed is fixed
 *   and run again.
 */
export function undoneMigrations(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
  target: number,
): Migration[] {
  const undone = new Set(applied.map(({ name }) => name).filter((name) => numberOf(name) > target));
  const missing = ledgerFaults(migrations, applied)
    .filter(({ kind, name }) => (kind === "missing" || kind === "renamed") && undone.has(name))
    .map(({ error }) => error);
  if (missing.length > 0) throw new DeclarationErrors(missing);
  return migrations.filter(({ name }) => undone.has(name)).reverse();
}

function hasTextOf({ up, down }: Migration, { upSha256, downSha256 }: AppliedMigration): boolean {
  return up.sha256 === upSha256 && down.sha256 === downSha256;
}

function missingFault({ name }: AppliedMigration): LedgerFault {
  const fault = "it is applied to the database, but its files are not both in the folder";
  const remedy = `Bring ${name}.up.sql and ${name}.down.sql back from version control`;
  const error = new DeclarationError(name, fault, remedy);
  return { kind: "missing", name, cosmetic: false, error };
}

function renamedFault([renamedTo, { name, appliedAt }]: [string, AppliedMigration]): LedgerFault {
  const fault = `it was renamed to ${renamedTo} after it was applied on ${day(appliedAt)}`;
  const remedy = `Name its files ${name}.up.sql and ${name}.down.sql again`;
  const error = new DeclarationError(name, fault, remedy);
  return { kind: "renamed", name, renamedTo, cosmetic: false, error };
}

function overtakenFault({ name, number, up }: Migration, last: string): LedgerFault {
  const order = number === numberOf(last) ? "has its number" : "comes after it";
  const fault = `it is not applied, but ${last}, which ${order}, is`;
  const remedy = `Give it a number after ${last}, or roll back to the one before it first`;
  const error = new DeclarationError(up.path, fault, remedy);
  return { kind: "overtaken", name, cosmetic: false, error };
}

function editedFaults(migration: Migration, row: AppliedMigration): LedgerFault[] {
  const { up, down } = migration;
  return [
    ...editedFault("up", up, { sha256: row.upSha256, tokens: row.upTokensSha256 }, row),
    ...editedFault("down", down, { sha256: row.downSha256, tokens: row.downTokensSha256 }, row),
  ];
}

function editedFault(
  direction: Direction,
  file: MigrationFile,
  recorded: { sha256: string | null; tokens: string | null },
  { name, appliedAt }: AppliedMigration,
): LedgerFault[] {
  if (recorded.sha256 === null || recorded.sha256 === file.sha256) return [];
  const cosmetic = recorded.tokens === file.tokensSha256;
  const where = cosmetic ? " (in comments and white space only)" : "";
  const fault = `the file was edited${where} after it was applied on ${day(appliedAt)}`;
  const remedy = cosmetic ? acceptEdit(name) : restoreEdited[direction];
  const error = new DeclarationError(file.path, fault, remedy);
  return [{ kind: `${direction} edited`, name, cosmetic, error }];
}

function acceptEdit(name: string): string {
  const accept = npmCommand("db -- accept-drift", [
    "--reason 'why'",
    shellWord(`migration ${name}`),
  ]);
  return `Restore it from version control, or record its current form: ${accept}`;
}

const restoreEdited = {
  up: "Restore it from version control, and put the change into a new migration",
  down: "Restore it from version control; a rollback runs it as it is, and applying the migration again records the new file",
};

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
