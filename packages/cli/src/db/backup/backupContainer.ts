import type Dockerode from "dockerode";

import {
  isOnOneMachine,
  onOneMachine,
  repositoryPlace,
  stanza,
} from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import {
  readBackupList,
  type RepositoryState,
} from "@hosterizer/postgres/backup/pgbackrest/backupList";
import {
  readLastTransaction,
  type ScriptRun,
} from "@hosterizer/postgres/backup/pgbackrest/lastTransaction";
import {
  readArchive,
  type RepositoryRun,
} from "@hosterizer/postgres/backup/pgbackrest/readArchive";
import type { Stretch, Timeline } from "@hosterizer/postgres/backup/pgbackrest/timelines";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { DeclarationErrors, UserError } from "@hosterizer/postgres/userError";
import { standstillOf } from "../../dockerStack/backupWarnings";
import { type DockerNames, dockerNames } from "../../dockerStack/dockerObjects";
import { engine, requireEngine } from "../../dockerStack/engine";
import {
  type ContainerRun,
  type ContainerRunOptions,
  runInContainer,
} from "../../dockerStack/runInContainer";
import { readDockerSettings } from "../../stack/readInstanceSettings";
import { stackEnvironment } from "../../stack/stackEnvironment";
import { configurationName } from "../../stack/stackFiles";

/** The backups of a stack, and where they are taken. */
export interface StackBackups {
  stack: string;
  names: DockerNames;
  /** Numbers of the repositories, as pgBackRest counts them. */
  repositories: readonly number[];
  /** What people call each of them. */
  places: ReadonlyMap<number, string>;
  /** Those that are reached over the network. */
  remote: ReadonlySet<number>;
  /** What is said where all of them are on the server's own machine. */
  warning: string | undefined;
}

/**
 * The backups that a stack declares.
 *
 * @throws UserError if the stack does not run in Docker, if no engine answers, or if backups are off
 */
export async function declaredBackups(stack: string): Promise<StackBackups> {
  const docker = readDockerSettings(stack, stackEnvironment(stack));
  if (docker === undefined) {
    throw new UserError(
      `Stack ${stack} has no base backups: its server does not run in a container of ours.`,
      `\`${npmCommand("db -- dump", [], stack)}\` writes a dump. A provider's server has backups of the provider's own.`,
    );
  }
  if ("faults" in docker) throw new DeclarationErrors(docker.faults);
  const { backup } = docker.settings;
  await requireEngine(stack);
  if (backup.repositories.length === 0) {
    throw new UserError(
      `The backups of stack ${stack} are off: hosterizer-database:backup in ${configurationName(stack)} has no repository.`,
      `Add one, then \`${npmCommand("up", [], stack)}\`.`,
    );
  }
  const names = dockerNames(docker.settings);
  const declared = backup.repositories;
  return {
    ...{ stack, names, repositories: declared.map(({ number }) => number) },
    places: new Map(declared.map((each) => [each.number, repositoryPlace(each, names.repository)])),
    remote: new Set(declared.filter(({ type }) => type === "s3").map(({ number }) => number)),
    warning: isOnOneMachine(backup) ? onOneMachine(names.repository) : undefined,
  };
}

/**
 * The container that takes backups, running.
 *
 * @throws UserError if it is not
 */
export async function backupContainer({
  stack,
  names,
}: StackBackups): Promise<Dockerode.Container> {
  const container = engine().getContainer(names.backup);
  const found = await ifExists(container.inspect());
  const fault = found === undefined ? "does not exist" : standstillOf(found.State);
  if (fault === undefined) return container;
  throw new UserError(
    `The container ${names.backup}, which takes the backups of stack ${stack}, ${fault}.`,
    found?.State.Restarting === true
      ? `Its log says why: docker logs ${names.backup}`
      : found?.State.Paused === true
        ? `Let it run: docker unpause ${names.backup}`
        : `Bring it up: ${npmCommand("up", [], stack)}`,
  );
}

/** Runs a command of pgBackRest in a container. @param args https://pgbackrest.org/command.html */
export function pgbackrest(
  container: Dockerode.Container,
  args: readonly string[],
  options: ContainerRunOptions = {},
): Promise<ContainerRun> {
  return runInContainer(container, ["pgbackrest", `--stanza=${stanza}`, ...args], options);
}

/** Runs commands of pgBackRest in a container, on one repository. */
export function inRepository(container: Dockerode.Container, repository: number): RepositoryRun {
  return (args) => pgbackrest(container, [`--repo=${repository}`, ...args]);
}

/**
 * The timelines that a repository has, each stretch until the end of its last transaction: no later moment can be recovered.
 */
export async function readRecoverableTimelines(
  container: Dockerode.Container,
  repository: number,
): Promise<Timeline[]> {
  const { timelines } = await readArchive(inRepository(container, repository));
  const run: ScriptRun = (script, environment) =>
    runInContainer(container, ["sh", "-ec", script], { environment });
  const bounded: Timeline[] = [];
  for (const timeline of timelines) {
    const stretches: Stretch[] = [];
    for (const stretch of timeline.stretches) {
      const end = await readLastTransaction(run, stanza, repository, stretch);
      stretches.push(end === undefined ? stretch : { ...stretch, until: end });
    }
    bounded.push({ ...timeline, stretches });
  }
  return bounded;
}

/** The state of each repository. @throws UserError with pgBackRest's words */
export async function readRepositories(
  container: Dockerode.Container,
  repositories: readonly number[],
): Promise<RepositoryState[]> {
  // One that does not answer is asked four times, and must not keep the others from being shown.
  const run = await pgbackrest(container, ["--io-timeout=5", "--output=json", "info"]);
  if (run.code !== 0) throw pgbackrestError("The repositories cannot be read", run);
  return readBackupList(run.output, repositories);
}

/** pgBackRest's messages, without the time and the process of each. */
export function pgbackrestError(what: string, run: ContainerRun): UserError {
  return new UserError(`${what}: ${pgbackrestWords(run)}`, "Nothing was changed.");
}

/** What pgBackRest says of a run that failed: an error that concerns several repositories has lines of its own for each. */
export function pgbackrestWords({
  code,
  output,
  messages,
}: Pick<ContainerRun, "code" | "output" | "messages">): string {
  const lines: string[] = [];
  let isSaid = false;
  for (const line of `${messages}\n${output}`.split("\n")) {
    if (/\b(ERROR|WARN): |^\s+repo\d+: /.test(line)) isSaid = true;
    // What follows `***` are the headers of an HTTP request.
    else if (!/^\s+[^*\s]/.test(line)) isSaid = false;
    if (isSaid) lines.push(line.replace(/^.*?\b(ERROR|WARN): (\[\d+\]: )?/, "").trim());
  }
  return lines.length > 0 ? lines.join("\n") : `pgbackrest ended with ${code}`;
}
