import { basename } from "node:path";

import type Dockerode from "dockerode";

import type {
  RecoveryPlan,
  RecoveryTarget,
} from "@hosterizer/postgres/backup/pgbackrest/recoveryTarget";
import { segmentStart } from "@hosterizer/postgres/backup/pgbackrest/timelines";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { UserError } from "@hosterizer/postgres/userError";
import { humanDuration } from "@hosterizer/postgres/humanNumbers";
import { up } from "../../commands/up";
import { volumeOfRecovery } from "../../dockerStack/dataVolumes";
import { engine } from "../../dockerStack/engine";
import type { Program } from "../../program";
import { interruptible } from "../../interruptible";
import { say } from "../../terminal";
import { backupContainer, declaredBackups, type StackBackups } from "../backup/backupContainer";
import { copyProgress } from "../backup/copyProgress";
import { readStackAccess, type StackAccess } from "../stack/stackAccess";
import { checkRecovered, type RecoveryPurpose } from "./checkRecovered";
import { claimTimeline } from "./claimTimeline";
import { keepCopyId } from "./keepCopyId";
import {
  createRecoveryContainer,
  endRecovery,
  leaveNetwork,
  markWhole,
  recover as replay,
  type RecoveryNames,
  restoreBackup,
} from "./recoveryContainer";
import { described, type PlannedRecovery, planOf, type RecoveryRequest } from "./recoveryRequest";
import { readNeededRoom, requireRoom } from "./requireRoom";
import { useVolume } from "./useVolume";
import { stackFiles } from "../../stack/stackFiles";

/**
 * Recovers a stack's server into a new volume beside the present one, checks it, and puts it in place if asked. The present volume
 * stays in any case.
 *
 * @param replace name of the stack's database, to put the recovered data in its place
 */
export async function recoverStack(
  program: Program,
  request: RecoveryRequest,
  replace: string | undefined,
): Promise<void> {
  const { stack } = request;
  const backups = await declaredBackups(stack);
  const access = await readStackAccess(stack);
  if (replace !== undefined && replace !== access.database) {
    throw new UserError(
      `--replace: "${replace}" is not the database of stack ${stack}.`,
      `Name ${access.database}, or leave --replace out: the data is then recovered beside it.`,
    );
  }
  const planned = await planOf(backups, request);
  const { names } = backups;
  const recovery = { ...planned, program, access, as: "the stack" } as const;
  const { repository } = planned.plan.backup;
  const others = backups.repositories.filter((number) => number !== repository);
  const unclaimed: string[] = [];
  const volume = await recoverInto(
    { source: names, target: names },
    recovery,
    async (container) => {
      const backup = await backupContainer(backups);
      await keepCopyId(container, backup, repository);
      const words = await claimTimeline(container, backup, { repository, others });
      if (words !== undefined) unclaimed.push(words);
    },
  );
  if (unclaimed.length > 0) {
    throw new UserError(
      `The data is recovered, in the volume ${volume}, but its new timeline cannot be archived: ${unclaimed.join("\n")}`,
      `The stack is as it was. Recover nothing else before the repository answers: it would take the same timeline.\n` +
        toPutInPlace(stack, volume),
    );
  }
  if (replace === undefined) {
    say(
      `The stack is as it was. The recovered data is in the volume ${volume}; no role can log in to it yet.\n` +
        toPutInPlace(stack, volume),
    );
    return;
  }
  await putInPlace(stack, volume, backups);
}

function toPutInPlace(stack: string, volume: string): string {
  return `To put it in place: set hosterizer-database:dataVolume to ${volume} in ${basename(stackFiles(stack).tracked)}, then ${npmCommand("up", [], stack)}`;
}

/** What is recovered, and what for. */
export interface Recovery extends PlannedRecovery {
  program: Program;
  /** To the stack whose backups they are. */
  access: StackAccess;
  as: RecoveryPurpose["as"];
}

/**
 * Recovers into a new volume, in a container that is removed again.
 *
 * @param finish is given the container, whose server has stopped, before the volume counts as whole
 * @returns the name of the volume; if the recovery fails, there is none
 * @throws UserError if it was interrupted
 */
export function recoverInto(
  names: RecoveryNames,
  recovery: Recovery,
  finish: (container: Dockerode.Container) => Promise<void>,
): Promise<string> {
  return interruptible(
    (signal) => recoverUntil(signal, names, recovery, finish),
    "Nothing was changed.",
  );
}

async function recoverUntil(
  signal: AbortSignal,
  names: RecoveryNames,
  { target, plan, isRemote, program, access, as }: Recovery,
  finish: (container: Dockerode.Container) => Promise<void>,
): Promise<string> {
  const volume = volumeOfRecovery(names.target.data);
  say(
    `Recovering ${described(target)} from backup ${plan.backup.label} into the volume ${volume} …`,
  );
  const { container, remove } = await createRecoveryContainer(names, volume, isRemote);
  let removal: Promise<void> | undefined;
  const removeOnce = () => (removal ??= remove());
  // What runs in the container fails with it, and so does this, wherever it is.
  const interrupt = () => {
    removeOnce().catch(() => undefined);
  };
  signal.addEventListener("abort", interrupt);
  let isRecovered = false;
  try {
    signal.throwIfAborted();
    const backup = engine().getContainer(names.source.backup);
    await requireRoom(container, await readNeededRoom(backup, plan));
    await restoreAndReplay(container, target, plan);
    if (isRemote) await leaveNetwork(container, names.source);
    const end = target.kind === "latest" ? segmentStart(plan.lastSegment) : undefined;
    await checkRecovered(container, access, program, { end, as });
    await endRecovery(container);
    await finish(container);
    await markWhole(container);
    isRecovered = true;
  } catch (error) {
    // The fault is that of a program whose container is gone.
    if (signal.aborted) throw new Error("The recovery was interrupted.", { cause: error });
    throw error;
  } finally {
    signal.removeEventListener("abort", interrupt);
    await removeOnce();
    if (!isRecovered) await ifExists(engine().getVolume(volume).remove());
  }
  return volume;
}

async function restoreAndReplay(
  container: Dockerode.Container,
  target: RecoveryTarget,
  plan: RecoveryPlan,
): Promise<void> {
  const began = Date.now();
  const seconds = () => humanDuration((Date.now() - began) / 1000);
  await restoreBackup(container, target, plan, { onLine: copyProgress("restored") });
  say(`  restored in ${seconds()}; replaying the WAL …`);
  await replay(container, plan.backup.repository);
  say(`  recovered in ${seconds()}`);
}

async function putInPlace(stack: string, volume: string, { names }: StackBackups): Promise<void> {
  await useVolume(stack, volume);
  say(`${basename(stackFiles(stack).tracked)}: hosterizer-database:dataVolume is ${volume} now.`);
  const code = await up(["--stack", stack, "--yes", "--skip-preview"]).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    say(error.message);
    return 1;
  });
  if (code !== 0) {
    throw new UserError(
      `The recovered data is declared, but the update has failed.`,
      `See above, then run \`${npmCommand("up", [], stack)}\`. The data before is in the volume ${names.data}.`,
    );
  }
  say(
    `Stack ${stack} runs on the recovered data. The data before is kept in the volume ${names.data}:\n` +
      `  back to it: set hosterizer-database:dataVolume to ${names.data}, then ${npmCommand("up", [], stack)}\n` +
      `  remove it: docker volume rm ${names.data}`,
  );
}
