import { DeclarationError } from "../declarationError";
import { npmCommand, shellWord } from "../npmCommand";
import type { AppliedMigration } from "./ledger";
import type { Direction, Migration, MigrationFile } from "./migration";
import { numberOf } from "./numberOf";

/** One way in which the folder contradicts what has been applied. A migrate run is refused for each. */
export interface LedgerFault {
  kind:
    | "missing" // applied, and not in the folder, or only half of it
    | "renamed" // applied, and in the folder under another name
    | "overtaken" // not applied, though a later one is
    | "up edited"
    | "down edited";
  /** The migration, as the ledger calls it; one that is overtaken, as the folder does. */
  name: string;
  /** Its new name, if it was renamed. */
  renamedTo?: string;
  /** Whether only comments and white space are edited: then the files may be recorded anew, by `rerecordFiles`. */
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

  const strangers = migrations.filter(({ name }) => !names.has(name));
  const renamed = new Map<string, AppliedMigration>();
  const gone = applied.filter(({ name }) => !known.has(name));
  for (const row of gone) {
    const now = strangers.find((file) => !renamed.has(file.name) && isOf(file, row));
    if (now !== undefined) renamed.set(now.name, row);
  }
  const moved = new Set(renamed.values());

  const missing = gone.filter((row) => !moved.has(row)).map(missingFault);
  const overtaken = strangers
    .filter(({ name, number }) => !renamed.has(name) && number <= numberOf(last))
    .map((migration) => overtakenFault(migration, last));
  const edited = applied.flatMap((row) => {
    const migration = known.get(row.name);
    return migration === undefined ? [] : editedFaults(migration, row);
  });
  return [...missing, ...[...renamed].map(renamedFault), ...overtaken, ...edited];
}

/** Whether a file that the ledger doesn't know has the very text of one that the folder lacks. */
function isOf({ up, down }: Migration, { upSha256, downSha256 }: AppliedMigration): boolean {
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
  const remedy = cosmetic ? acceptable(name) : remedies[direction];
  const error = new DeclarationError(file.path, fault, remedy);
  return [{ kind: `${direction} edited`, name, cosmetic, error }];
}

function acceptable(name: string): string {
  const accept = npmCommand("db -- accept-drift", [
    "--reason 'why'",
    shellWord(`migration ${name}`),
  ]);
  return `Restore it from version control, or have it recorded as it is: ${accept}`;
}

const remedies = {
  up: "Restore it from version control, and put the change into a new migration",
  down: "Restore it from version control; a rollback runs it as it is, and a migration applied again is recorded anew",
};

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
