import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";

import { afterEachMigration } from "@hosterizer/postgres/audit/newObjects";
import { type Connection, withClient } from "@hosterizer/postgres/connection/connection";
import { inSnapshot } from "@hosterizer/postgres/connection/inSnapshot";
import { migrateTo } from "@hosterizer/postgres/migrations/migrate";
import { readSchema } from "@hosterizer/postgres/schema/catalog/readSchema";
import type { SchemaObject } from "@hosterizer/postgres/schema/catalog/schemaObject";
import { recordStatements } from "@hosterizer/postgres/schema/record/schemaRecord";
import { UserError } from "@hosterizer/postgres/userError";
import { folders } from "../../folders";
import { pins } from "../../pins";
import type { Program } from "../../program";
import { runQuietly } from "../../runProgram";
import { rehearsalStack } from "../../stack/backend";
import { replaceFile } from "../../stack/replaceFile";
import { stackFiles } from "../../stack/stackFiles";
import { counted } from "../screen/numbers";
import { connectionAs } from "../stack/connectAs";
import { editTarget } from "../stack/schemaVersion";
import { readStackAccess, type StackAccess } from "../stack/stackAccess";
import type { Evidence } from "./gate";
import type { Destination } from "./stackChecks";

/**
 * Tries the update on the rehearsal's server: first the pending migrations, starting from the destination's schema, up, down and
 * up again; then the whole program.
 *
 * @param rehearsal at the destination's version
 * @throws UserError if a schema differs from what it should be
 */
export async function rehearse(
  rehearsal: Pick<Rehearsal, "access" | "complete">,
  destination: StackAccess,
  program: Program,
  { version, pending }: Pick<Destination, "version" | "pending">,
): Promise<Evidence> {
  const connection = connectionAs(program.migrator, await rehearsal.access());
  const live = await schemaOf(connectionAs(program.migrator, destination), program);
  const before = await schemaOf(connection, program);
  requireSame(live, before, {
    fault: `Migrations 1 to ${version} create a schema that differs from that of stack ${destination.stack}`,
    remedy:
      "Either a file was changed after it was applied, or the schema was changed by hand: find out which, and fix it there first.",
  });

  if (pending.length > 0) {
    const names = pending.join(", ");
    await migrate(connection, program);
    const after = await schemaOf(connection, program);
    await migrate(connection, program, version);
    requireSame(before, await schemaOf(connection, program), {
      fault: `The down files of ${names} do not lead back to migration ${version}`,
      remedy: "Fix them: in an emergency a rollback has to work.",
    });
    await migrate(connection, program);
    requireSame(after, await schemaOf(connection, program), {
      fault: `After up, down and up again, the schema of ${names} differs from the first time`,
      remedy: "Fix the down files: they leave something behind.",
    });
  }
  await rehearsal.complete();
  const tried =
    pending.length === 0
      ? ""
      : `; ${counted(pending.length, "pending migration")} went up, down and up again`;
  return {
    summary: `same ${live.length} objects as ${destination.stack}${tried}`,
    data: { objects: live.length, pending },
  };
}

function migrate(
  connection: Connection,
  { owner, recordedSchemas, tenancy, grants, migrationsDirectory }: Program,
  target?: number,
) {
  return migrateTo({
    connection,
    owner,
    directory: migrationsDirectory,
    schemas: recordedSchemas,
    afterEach: afterEachMigration({ owner, schemas: recordedSchemas, tenancy, grants }),
    recordSchema: recordStatements,
    target,
    acknowledgedLoss: {},
  });
}

function schemaOf(
  connection: Connection,
  { owner, recordedSchemas }: Program,
): Promise<SchemaObject[]> {
  return withClient(connection, "promote", (client) =>
    inSnapshot(client, owner, () => readSchema(client, { schemas: recordedSchemas, owner })),
  );
}

function requireSame(
  expected: readonly SchemaObject[],
  actual: readonly SchemaObject[],
  { fault, remedy }: { fault: string; remedy: string },
): void {
  const differences = compareSchemas(expected, actual);
  if (differences.length === 0) return;
  throw new UserError(`${fault}:\n${differences.map((line) => `  ${line}`).join("\n")}`, remedy);
}

/** How one schema differs from another, a line for each object and fact, in the order of their names. */
export function compareSchemas(
  expected: readonly SchemaObject[],
  actual: readonly SchemaObject[],
): string[] {
  const [wanted, found] = [byName(expected), byName(actual)];
  const names = [...new Set([...wanted.keys(), ...found.keys()])].sort();
  return names.flatMap((name) => {
    const [one, other] = [wanted.get(name), found.get(name)];
    if (one === undefined) return [`${name} is unexpected`];
    if (other === undefined) return [`${name} is missing`];
    return compareFacts(one, other).map((fact) => `${name}: ${fact}`);
  });
}

function byName(objects: readonly SchemaObject[]): Map<string, SchemaObject> {
  return new Map(objects.map((object) => [`${object.kind} ${object.identity}`, object]));
}

function compareFacts({ facts: wanted }: SchemaObject, { facts: found }: SchemaObject): string[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  return names
    .filter((name) => (wanted[name] ?? null) !== (found[name] ?? null))
    .map((name) => `${name} ${found[name] ?? "none"}, expected ${wanted[name] ?? "none"}`);
}

/** A stack with its own embedded server, made by this program for one promotion. */
export class Rehearsal {
  /**
   * Makes it.
   *
   * @param database the name of the database
   * @param version number of the last migration to apply
   * @throws UserError with the end of the update's output
   */
  static async begin(database: string, version: number): Promise<Rehearsal> {
    const rehearsal = new Rehearsal();
    // A promotion that was killed has left its rehearsal behind.
    await rehearsal.end();
    const { merged } = stackFiles(rehearsalStack);
    await mkdir(dirname(merged), { recursive: true, mode: 0o700 });
    // Without the proof at the end of each update: step 6 runs it.
    const keys = { instance: "embedded", port: await freePort(), database, proof: false };
    const lines = Object.entries(keys).map(
      ([key, value]) => `  ${pins.project}:${key}: ${JSON.stringify(value)}\n`,
    );
    const text = `config:\n${lines.join("")}`;
    await writeFile(merged, editTarget(text, version, {}), { mode: 0o600 });
    try {
      await rehearsal.up();
      return rehearsal;
    } catch (error) {
      await rehearsal.end();
      throw error;
    }
  }

  /** Converges it on everything that the program declares, with all migrations. @throws UserError as `begin` does */
  async complete(): Promise<void> {
    const { merged } = stackFiles(rehearsalStack);
    replaceFile(merged, editTarget(await readFile(merged, "utf8"), undefined, {}));
    await this.up();
  }

  access(): Promise<StackAccess> {
    return readStackAccess(rehearsalStack);
  }

  /** Removes it with its server and its data, even if it is incomplete. */
  async end(): Promise<void> {
    const { merged, state } = stackFiles(rehearsalStack);
    const configuration = await readFile(merged).catch(() => undefined);
    if (configuration === undefined) return;
    await run("destroy", "--stack", rehearsalStack, "--yes");
    await rm(merged, { force: true });
    await rm(state, { force: true });
  }

  private async up(): Promise<void> {
    await run("up", "--stack", rehearsalStack, "--yes", "--skip-preview");
  }
}

/** How many lines of a failed command's output are shown. */
const shownLines = 25;

async function run(...args: string[]): Promise<void> {
  const program = join(folders.project, "packages", "cli", "run.mjs");
  const { code, stdout, stderr } = await runQuietly(process.execPath, [program, ...args], {
    cwd: folders.project,
  });
  if (code === 0) return;
  const output = `${stdout}\n${stderr}`.trim().split("\n").slice(-shownLines).join("\n");
  throw new UserError(
    `The rehearsal's \`${args[0] ?? ""}\` failed:\n${output}`,
    "Fix what it names, and start again: the destination was not changed.",
  );
}

/** A port on which nothing listens on this machine. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
