import { join } from "node:path";

import { DeclarationError } from "../declarationError";
import type { Direction } from "./migration";

/** Two file names that belong to one migration. */
export interface MigrationPair extends Record<Direction, string> {
  number: number;
  name: string;
}

/** What is wrong with the folder. */
export interface FolderFault {
  error: DeclarationError;
  /**
   * The number that is missing, taken twice or half there. In a database that has come so far the ledger says better what
   * has happened to it, and that is drift.
   */
  number?: number;
}

const pattern = /^(?<name>(?<number>\d{6})_[a-z][a-z0-9_]*)\.(?<direction>up|down)\.sql$/;

/**
 * Sorts the names of a migrations folder into pairs. Reads nothing but its arguments.
 *
 * Numbers count from 1 without a gap, so that two branches which both took the next number collide in review
 * and not in production.
 */
export function pairMigrationFiles(
  directory: string,
  fileNames: readonly string[],
): { pairs: MigrationPair[]; faults: FolderFault[] } {
  const faults: FolderFault[] = [];
  const refuse = (fileName: string, fault: string, remedy: string, number?: number) => {
    const error = new DeclarationError(join(directory, fileName), fault, remedy);
    faults.push(number === undefined ? { error } : { error, number });
  };

  const halves = new Map<string, { number: number; name: string } & Partial<MigrationPair>>();
  for (const fileName of [...fileNames].sort()) {
    const { name, number, direction } = pattern.exec(fileName)?.groups ?? {};
    if (name === undefined || number === undefined) {
      const remedy =
        'Name it like "000001_create_users_table.up.sql", or move it out of the folder';
      refuse(fileName, "not the name of a migration", remedy);
      continue;
    }
    const half = halves.get(name) ?? { name, number: Number(number) };
    halves.set(name, { ...half, [direction as Direction]: fileName });
  }

  const pairs: MigrationPair[] = [];
  let previous = { number: 0, name: "the empty database" };
  for (const { number, name, up, down } of halves.values()) {
    const fileName = up ?? down ?? name;
    if (number === previous.number) {
      const remedy = `Give one of them the next free number`;
      const fault = `number ${digits(number)} is already that of ${previous.name}`;
      refuse(fileName, fault, remedy, number);
    } else if (number !== previous.number + 1) {
      const expected = digits(previous.number + 1);
      const remedy = `Rename both its files to start with ${expected}, or add what is missing`;
      const fault = `number ${digits(number)} follows ${digits(previous.number)}`;
      refuse(fileName, fault, remedy, number - 1);
    }
    previous = { number, name };

    if (up !== undefined && down !== undefined) pairs.push({ number, name, up, down });
    else {
      const missing = `${name}.${up === undefined ? "up" : "down"}.sql`;
      const fault = `its other half, ${missing}, is missing`;
      refuse(fileName, fault, `Write ${missing} beside it`, number);
    }
  }
  return { pairs, faults };
}

function digits(number: number): string {
  return String(number).padStart(6, "0");
}
