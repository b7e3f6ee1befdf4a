import type Dockerode from "dockerode";

import {
  planRecovery,
  type RecoveryPlan,
  type RecoveryTarget,
  written,
} from "@hosterizer/postgres/backup/pgbackrest/recoveryTarget";
import { UserError } from "@hosterizer/postgres/userError";
import {
  backupContainer,
  readRecoverableTimelines,
  readRepositories,
  type StackBackups,
} from "../backup/backupContainer";
import { readRestorePoints } from "../backup/restorePoints";

/** What a user asks to recover, and from which stack's backups. */
export interface RecoveryRequest {
  stack: string;
  /** `name`: that of a restore point. */
  target: RecoveryTarget | { name: string };
  /** Number of the repository. Default: the first. */
  repository?: number;
  timeline?: number;
}

/**
 * How to recover what was asked for.
 *
 * @throws UserError if the repository cannot be read, or if no backup leads to the target
 */
export async function planOf(
  backups: StackBackups,
  { target: asked, timeline, repository = 1 }: RecoveryRequest,
): Promise<{ target: RecoveryTarget; plan: RecoveryPlan }> {
  const container = await backupContainer(backups);
  const [state] = await readRepositories(container, [repository]);
  if (state?.fault !== undefined)
    throw new UserError(`Repository ${repository}: ${state.fault}.`, "Nothing was changed.");
  const timelines = await readRecoverableTimelines(container, repository);
  const target = "kind" in asked ? asked : await pointOf(container, repository, asked.name);
  return { target, plan: planRecovery(target, state?.backups ?? [], timelines, timeline) };
}

async function pointOf(
  container: Dockerode.Container,
  repository: number,
  name: string,
): Promise<RecoveryTarget> {
  const points = await readRestorePoints(container, repository);
  const point = points.find((each) => each.name === name);
  if (point !== undefined) return { kind: "point", point };
  const known = points.map((each) => each.name).join(", ");
  throw new UserError(
    `--to-point: repository ${repository} has no restore point ${name}.`,
    known === "" ? "It has none." : `It has ${known}.`,
  );
}

/** A target, for people. */
export function described(target: RecoveryTarget): string {
  if (target.kind === "latest") return "the latest state";
  return target.kind === "time" ? written(target.time) : `the restore point ${target.point.name}`;
}
