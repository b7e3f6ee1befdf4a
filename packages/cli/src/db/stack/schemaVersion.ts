import type { AcknowledgedLoss } from "@hosterizer/postgres/migrations/dataLoss";
import { schemaVersion } from "@hosterizer/postgres/migrations/migrationState";
import { pins } from "../../pins";
import type { Program } from "../../program";
import { readConfiguration, renderYaml, yaml } from "../../stack/configuration";
import { configurationEnvironment } from "./configuration";
import { connectionAs } from "./connectAs";
import { explainRefusal } from "./explainRefusal";
import type { StackAccess } from "./stackAccess";

const targetKey = `${pins.project}:migrationTarget`;
const lossKey = `${pins.project}:acknowledgedLoss`;

/** Number of the last migration that is applied; 0 if none is. */
export function readVersion(
  access: StackAccess,
  { migrator, owner }: Pick<Program, "migrator" | "owner">,
): Promise<number> {
  return explainRefusal(access, connectionAs(migrator, access), (connection) =>
    schemaVersion(connection, owner),
  );
}

/** Number of the last migration that the stack's configuration asks for; null if it asks for all of them. */
export function migrationTarget(stack: string): number | null {
  const written = readConfiguration(stack, configurationEnvironment(stack), targetKey)?.[targetKey];
  return written === undefined ? null : Number(written);
}

/**
 * The text of a Pulumi.<stack>.yaml with another target. Leaves everything else as it is, comments too.
 *
 * @param target Undefined: all migrations.
 * @param acknowledgedLoss Is added to what the file acknowledges already.
 */
export function editTarget(
  text: string,
  target: number | undefined,
  acknowledgedLoss: AcknowledgedLoss,
): string {
  const document = yaml().parseDocument(text);
  if (target === undefined) document.deleteIn(["config", targetKey]);
  else document.setIn(["config", targetKey], target);
  for (const [name, count] of Object.entries(acknowledgedLoss)) {
    document.setIn(["config", lossKey, name], count);
  }
  return renderYaml(document);
}
