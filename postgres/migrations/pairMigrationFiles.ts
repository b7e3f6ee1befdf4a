import { join } from "node:path";

import { DeclarationError } from "../declarationError";
import type { Direction } from "./migration";

/** Two file names that belong to one migration. */
export interface MigrationPair extends Record<Direction, string> {
  number: number;
  name: string;
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
): { pairs: MigrationPair[]; faults: DeclarationError[] } {
  const faults: DeclarationError[] = [];
  const refuse = (fileName: string, fault: string, remedy: string) =>
    faults.push(new DeclarationError(join(directory, fileName), fault, remedy));

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
      refuse(fileName, `number ${digits(number)} is already that of ${previous.name}`, remedy);
    } else if (number !== previous.number + 1) {
      const expected = digits(previous.number + 1);
      const remedy = `Rename both its files to start with ${expected}, or add what is missing`;
      refuse(fileName, `number ${digits(number)} follows ${digits(previous.number)}`, remedy);
    }
    previous = { number, name };

    if (up !== undefined && down !== undefined) pairs.push({ number, name, up, down });
    else {
      const missing = `${name}.${up === undefined ? "up" : "down"}.sql`;
      refuse(fileName, `its other half, ${missing}, is missing`, `Write ${missing} beside it`);
    }
  }
  return { pairs, faults };
}

function digits(number: number): string {
  return String(number).padStart(6, "0");
}
