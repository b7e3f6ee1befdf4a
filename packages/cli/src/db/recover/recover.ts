import type Dockerode from "dockerode";

import {
  planRecovery,
  type RecoveryPlan,
  type RecoveryTarget,
  written,
} from "@hosterizer/postgres/backup/pgbackrest/recoveryTarget";
import { lsnOf, segmentStart } from "@hosterizer/postgres/backup/pgbackrest/timelines";
import { renderDifference } from "@hosterizer/postgres/convergence/difference";
import { withClient } from "@hosterizer/postgres/connection/connection";
import { isLeak } from "@hosterizer/postgres/isolation/isolationProof";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { readSchemaDrift } from "@hosterizer/postgres/schema/schemaDrift";
import { UserError } from "@hosterizer/postgres/userError";
import { up } from "../../commands/up";
import { engine } from "../../dockerStack/engine";
import type { Program } from "../../program";
import { lateProgress, say } from "../../terminal";
import {
  backupContainer,
  declaredBackups,
  readRecoverableTimelines,
  readRepositories,
  type StackBackups,
} from "../backup/backupContainer";
import { counted, humanDuration } from "../screen/numbers";
import { connectionAs } from "../stack/connectAs";
import { readStackAccess, type StackAccess } from "../stack/stackAccess";
import { proveStack } from "../verify/proof";
import { claimTimeline } from "./claimTimeline";
import { closeLogins, openDeclaredLogins, readRecoveredState } from "./recoveredServer";
import {
  createRecoveryContainer,
  endRecovery,
  markWhole,
  recover as replay,
  restoreBackup,
  socketBridge,
} from "./recoveryContainer";
import { readRestorePoints } from "../backup/restorePoints";
import { requireRoom } from "./requireRoom";
import { bridgeSocket } from "./socketOf";
import { useVolume } from "./useVolume";

/** What a user asks to recover. */
export interface RecoveryRequest {
  stack: string;
  /** `name`: that of a restore point. */
  target: RecoveryTarget | { name: string };
  /** Number of the repository. Default: the first. */
  repository?: number;
  timeline?: number;
  /** Name of the stack's database, to put the recovered data in its place. */
  replace?: string;
}

/**
 * Recovers a stack's server into a new volume beside the present one, checks it, and puts it in place if asked. The present volume
 * stays in any case.
 */
export async function recoverStack(program: Program, request: RecoveryRequest): Promise<void> {
  const { stack, replace } = request;
  const backups = await declaredBackups(stack);
  const access = await readStackAccess(stack);
  if (replace !== undefined && replace !== access.database) {
    throw new UserError(
      `--replace: "${replace}" is not the database of stack ${stack}.`,
      `Name ${access.database}, or leave --replace out: the data is then recovered beside it.`,
    );
  }
  const { target, plan } = await planOf(backups, request);
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const volume = `${backups.names.data.replace(/-\d{8}-\d{6}$/, "")}-${stamp}`;
  say(
    `Recovering ${described(target)} from backup ${plan.backup.label} into the volume ${volume} …`,
  );
  const { container, remove } = await createRecoveryContainer(backups.names, volume);
  let isRecovered = false;
  try {
    await requireRoom(container, plan.backup);
    await restoreAndReplay(container, target, plan);
    const end = target.kind === "latest" ? segmentStart(plan.lastSegment) : undefined;
    await checkRecovered(container, access, program, end);
    await endRecovery(container);
    await claimTimeline(container, await backupContainer(backups));
    await markWhole(container);
    isRecovered = true;
  } finally {
    await remove();
    if (!isRecovered) await ifExists(engine().getVolume(volume).remove());
  }
  if (replace === undefined) {
    say(
      `The stack is as it was. The recovered data is in the volume ${volume}; no role can log in to it yet.\n` +
        `To put it in place: set hosterizer-database:dataVolume to ${volume} in Pulumi.${stack}.yaml, then ${npmCommand("up", [], stack)}`,
    );
    return;
  }
  await putInPlace(stack, volume, backups);
}

async function planOf(
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

function described(target: RecoveryTarget): string {
  if (target.kind === "latest") return "the latest state";
  return target.kind === "time" ? written(target.time) : `the restore point ${target.point.name}`;
}

async function restoreAndReplay(
  container: Dockerode.Container,
  target: RecoveryTarget,
  plan: RecoveryPlan,
): Promise<void> {
  const began = Date.now();
  const seconds = () => humanDuration((Date.now() - began) / 1000);
  const progress = lateProgress((percent: string) => `  ${percent} restored`);
  let told = 0;
  const onLine = (line: string) => {
    const percent = /restore file .*, (\d+)(\.\d+)?%\)/.exec(line)?.[1];
    // One line for each tenth.
    if (percent === undefined || Number(percent) < told + 10) return;
    told = Number(percent);
    progress(`${percent} %`);
  };
  await restoreBackup(container, target, plan, { onLine });
  say(`  restored in ${seconds()}; replaying the WAL …`);
  await replay(container);
  say(`  recovered in ${seconds()}`);
}

/**
 * Looks at a recovered server, tells what it found, and leaves no role able to log in. What cannot be looked at is told, too: an old
 * state may lack roles and tables of today.
 *
 * @param end the LSN at which the last segment of the archive begins, if all of it was to be replayed
 * @throws UserError if the recovery has ended before that
 */
async function checkRecovered(
  container: Dockerode.Container,
  { database, stack, contextKey, passwords }: StackAccess,
  program: Program,
  end: bigint | undefined,
): Promise<void> {
  const socket = await bridgeSocket(container, socketBridge);
  const { host, port } = socket;
  const recovered: StackAccess = {
    ...{ stack, host, port, database, sslmode: "disable", passwords },
    ...(contextKey === undefined ? {} : { contextKey }),
  };
  const superuser = { host, port, database, user: "postgres", sslmode: "disable" } as const;
  const declared = program.roles.filter(({ login }) => login).map(({ name }) => name);
  try {
    const state = await withClient(superuser, "recover", async (client) => {
      const found = await readRecoveredState(client);
      await openDeclaredLogins(client, declared);
      return found;
    });
    if (end !== undefined && lsnOf(state.replayed ?? "0/0") < end) {
      throw new UserError(
        `The recovery ended at ${state.replayed ?? "its start"}, before the end of the archive: a segment of WAL is missing or cannot be read. Its last transaction is of ${state.lastTransaction ?? "before the backup"}.`,
        "Nothing was changed. `restore-drill` names the segment; `--to` recovers a moment before it.",
      );
    }
    say(`  last transaction: ${state.lastTransaction ?? "none since the backup"}`);
    await told("schema", () => tellSchema(recovered, program));
    await told("isolation", () => tellIsolation(recovered, program));
    const strangers = state.logins.filter(
      (login) => !declared.some((name) => isLoginOf(login, name)) && login !== "postgres",
    );
    if (strangers.length > 0)
      say(`  undeclared logins in the backup, now disabled: ${strangers.join(", ")}`);
    const logins = state.logins.filter((login) => !strangers.includes(login));
    await withClient(superuser, "recover", (client) =>
      closeLogins(client, [...declared, ...logins]),
    );
  } finally {
    await socket.close();
  }
}

/** Whether a login is a role's own, or one of the two that a rotation switches between. */
function isLoginOf(login: string, role: string): boolean {
  return [role, `${role}_a`, `${role}_b`].includes(login);
}

async function told(what: string, tell: () => Promise<void>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(`  ${what}: could not be looked at (${reason.replaceAll("\n", " ")})`);
  }
}

async function tellSchema(recovered: StackAccess, program: Program): Promise<void> {
  const differences = await readSchemaDrift(connectionAs(program.migrator, recovered), {
    schemas: program.recordedSchemas,
    owner: program.owner,
    directory: program.migrationsDirectory,
    tenancy: await program.tenancyUpTo(),
  });
  if (differences.length === 0) {
    say("  schema: as recorded");
    return;
  }
  say("  schema: not as recorded, which the next update repairs or asks about:");
  for (const difference of differences) say(`    ${renderDifference(difference)}`);
}

async function tellIsolation(recovered: StackAccess, program: Program): Promise<void> {
  const proof = await proveStack(recovered, program);
  const leaks = proof.cells.filter(isLeak);
  say(
    leaks.length === 0
      ? `  isolation: ${counted(proof.summary.tried, "attempt")}, nothing leaks`
      : `  isolation: ${counted(leaks.length, "leak")}, which the next update closes before anyone can log in`,
  );
}

async function putInPlace(stack: string, volume: string, { names }: StackBackups): Promise<void> {
  await useVolume(stack, volume);
  say(`Pulumi.${stack}.yaml: hosterizer-database:dataVolume is ${volume} now.`);
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
