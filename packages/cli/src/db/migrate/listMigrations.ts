import { numberOf } from "@hosterizer/postgres/migrations/numberOf";
import {
  type MigrationState,
  readMigrationState,
} from "@hosterizer/postgres/migrations/readMigrationState";
import type { Program } from "../../program";
import { renderColumns } from "../screen/renderColumns";
import { width } from "../screen/terminal";
import { connectionAs } from "../stack/connectionAs";
import { explainRefusal } from "../stack/explainRefusal";
import { migrationTarget } from "../stack/migrationTarget";
import type { StackAccess } from "../stack/stackAccess";

/** Every migration that the database or the folder knows, with what is the matter with it. */
export async function listMigrations(
  access: StackAccess,
  { migrator, owner, migrationsDirectory }: Program,
  json: boolean,
): Promise<string> {
  const state = await explainRefusal(access, connectionAs(migrator, access), (connection) =>
    readMigrationState({ connection, owner, directory: migrationsDirectory }),
  );
  const target = migrationTarget(access.stack);
  const migrations = rowsOf(state, target ?? Infinity);
  const faults = state.faults.map(({ error }) => error.message);
  if (json) {
    return `${JSON.stringify({ version: state.version, target, migrations, faults }, null, 2)}\n`;
  }
  const rows = migrations.map(({ name, state: is, appliedAt }) => [name, is, appliedAt ?? ""]);
  const columns = [{ title: "Migration" }, { title: "State" }, { title: "Applied" }];
  const table = renderColumns(columns, rows, width(), (text) => text);
  return [table, ...faults.map((fault) => `\n${fault}\n`)].join("");
}

function rowsOf({ applied, pending, faults }: MigrationState, target: number) {
  const faulty = new Map(faults.map(({ name, kind }) => [name, kind]));
  return [
    ...applied.map(({ name, appliedAt }) => ({
      name,
      state: faulty.get(name) ?? (numberOf(name) > target ? "to be undone" : "applied"),
      appliedAt: appliedAt.toISOString(),
    })),
    ...pending.map((name) => ({
      name,
      state: numberOf(name) > target ? "after the target" : "pending",
      appliedAt: null,
    })),
  ];
}
