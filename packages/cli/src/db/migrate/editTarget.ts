import type { AcknowledgedLoss } from "@hosterizer/postgres/migrations/loss/loss";
import { pins } from "../../pins";
import { yaml } from "../../stack/configuration";
import { targetKey } from "../stack/migrationTarget";

const lossKey = `${pins.project}:acknowledgedLoss`;

/**
 * The text of a Pulumi.<stack>.yaml with another target. All else in it stays, comments too.
 *
 * @param target Undefined: all migrations.
 * @param acknowledgedLoss Is added to what is acknowledged there.
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
  return document.toString();
}
