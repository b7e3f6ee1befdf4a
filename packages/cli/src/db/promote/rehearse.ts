import { afterEachMigration } from "@hosterizer/postgres/audit/afterEachMigration";
import { type Connection, withClient } from "@hosterizer/postgres/connection/connection";
import { inSnapshot } from "@hosterizer/postgres/connection/inSnapshot";
import { migrateTo } from "@hosterizer/postgres/migrations/migrateTo";
import { readSchema } from "@hosterizer/postgres/schema/catalog/readSchema";
import type { SchemaObject } from "@hosterizer/postgres/schema/schemaObject";
import { CommandError } from "../../commandError";
import type { Program } from "../../program";
import { connectionAs } from "../stack/connectionAs";
import type { StackAccess } from "../stack/stackAccess";
import { compareSchemas } from "./compareSchemas";
import type { Destination } from "./destinationUntouched";
import type { Evidence } from "./gate";
import type { Rehearsal } from "./rehearsal";

/**
 * Tries on a server of its own what is to come: from the very schema that the destination has up, down and up again, and then
 * the whole program.
 *
 * @param rehearsal at the destination's version
 */
export async function rehearse(
  rehearsal: Pick<Rehearsal, "access" | "complete">,
  destination: StackAccess,
  program: Program,
  { version, pending }: Destination,
): Promise<Evidence> {
  const connection = connectionAs(program.migrator, await rehearsal.access());
  const live = await schemaOf(connectionAs(program.migrator, destination), program);
  const before = await schemaOf(connection, program);
  requireSame(live, before, {
    fault: `Migrations 1 to ${version} make another schema than stack ${destination.stack} has`,
    remedy:
      "A file was changed after it was applied, or the schema by hand: find out which, and mend it there first.",
  });

  if (pending.length > 0) {
    const to = (target?: number) => migrate(connection, program, target);
    await to();
    const after = await schemaOf(connection, program);
    await to(version);
    requireSame(before, await schemaOf(connection, program), {
      fault: `The down files of ${pending.join(", ")} do not lead back to migration ${version}`,
      remedy: "Mend them: whoever has to go back in a hurry must be able to.",
    });
    await to();
    requireSame(after, await schemaOf(connection, program), {
      fault: `Up, down and up again, ${pending.join(", ")} make another schema than the first time`,
      remedy: "Mend the down files: they leave something behind.",
    });
  }
  await rehearsal.complete();
  const directions =
    pending.length > 0 ? `; ${pending.length} to come went up, down and up again` : "";
  return {
    summary: `the same ${live.length} objects as there${directions}`,
    data: { objects: live.length, pending },
  };
}

function migrate(
  connection: Connection,
  { owner, recordedSchemas, tenancy, migrationsDirectory }: Program,
  target?: number,
) {
  return migrateTo({
    connection,
    owner,
    directory: migrationsDirectory,
    schemas: recordedSchemas,
    afterEach: afterEachMigration({ owner, schemas: recordedSchemas, tenancy }),
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
  throw new CommandError(`${fault}:\n${differences.map((line) => `  ${line}`).join("\n")}`, remedy);
}
