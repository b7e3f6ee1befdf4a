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
  /** Number of the repository. Default: the first that is declared. */
  repository?: number;
  timeline?: number;
}

/** What is recovered, and how. */
export interface PlannedRecovery {
  target: RecoveryTarget;
  plan: RecoveryPlan;
  /** Whether it is fetched over the network. */
  isRemote: boolean;
}

/**
 * How to recover what was asked for.
 *
 * @throws UserError if there is no such repository, if it cannot be read, or if no backup leads to the target
 */
export async function planOf(
  backups: StackBackups,
  { target: asked, timeline, repository = backups.repositories[0] ?? 1 }: RecoveryRequest,
): Promise<PlannedRecovery> {
  if (!backups.repositories.includes(repository)) {
    const known = [...backups.places].map(([number, place]) => `${number} (${place})`);
    throw new UserError(
      `--repository: stack ${backups.stack} has no repository ${repository}.`,
      `It has ${known.join(", ")}.`,
    );
  }
  const container = await backupContainer(backups);
  const [state] = await readRepositories(container, [repository]);
  if (state?.fault !== undefined)
    throw new UserError(`Repository ${repository}: ${state.fault}.`, "Nothing was changed.");
  const timelines = await readRecoverableTimelines(container, repository);
  const target = "kind" in asked ? asked : await pointOf(container, repository, asked.name);
  const plan = planRecovery(target, state?.backups ?? [], timelines, timeline);
  return { target, plan, isRemote: backups.remote.has(repository) };
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
