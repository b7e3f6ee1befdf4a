import { existsSync } from "node:fs";
import { join } from "node:path";

import { repositoryPlace } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { UserError } from "@hosterizer/postgres/userError";
import { dockerNames, findObjects } from "../dockerStack/dockerObjects";
import { engine } from "../dockerStack/engine";
import { folders } from "../folders";
import type { DockerSettings } from "../program";
import { readDockerSettings } from "../stack/readInstanceSettings";
import { stackName } from "../stack/stackFiles";
import { readResources, type ResourceState } from "../stack/state";
import { say } from "../terminal";

/**
 * Refuses to make an empty server beside the backups of one whose data is gone: it could not archive into their repository, and what is
 * lost may still be recovered from it. A repository in S3 is looked at by the program.
 *
 * @param named what people call the repository with those backups, if the user has named it to have the new server all the same
 * @returns what the program is told of that by its environment
 * @throws UserError
 */
export async function requireOwnBackups(
  stack: string,
  environment: NodeJS.ProcessEnv,
  named: string | undefined,
): Promise<NodeJS.ProcessEnv> {
  const docker = readDockerSettings(stack, environment);
  if (docker === undefined || "faults" in docker) return {};
  const { repository } = dockerNames(docker.settings);
  const declared = docker.settings.backup.repositories;
  const places = declared.map((each) => repositoryPlace(each, repository));
  if (named !== undefined) {
    const chosen = declared.find((each) => repositoryPlace(each, repository) === named);
    if (chosen !== undefined) {
      const resources = await readResources(stack, environment);
      if (chosen.key !== undefined && lacksKey(stack, docker.settings, resources))
        throw unknownKey(stack, named);
      return { HOSTERIZER_BACKUPS: named };
    }
    throw new UserError(
      `--backups: stack ${stack} has no repository ${named}.`,
      places.length === 0
        ? "Leave it out: its backups are off."
        : `Name ${places.join(" or ")}, or leave it out.`,
    );
  }
  const volume = declared.find(({ type }) => type === "volume");
  if (volume !== undefined) {
    await requireOwnVolume(stack, docker.settings, repositoryPlace(volume, repository));
    await tellLostVolume(stack, environment, repository);
  }
  return {};
}

/** @param place what people call the repository in the volume */
async function requireOwnVolume(
  stack: string,
  settings: DockerSettings,
  place: string,
): Promise<void> {
  const names = dockerNames(settings);
  const { data, repository } = names;
  if ((await ifExists(engine().getVolume(data).inspect())) !== undefined) return;
  if ((await findObjects(names)).repository === undefined) return;
  throw new UserError(
    `The volume ${data} of stack ${stack} does not exist, and ${repository} has the backups of its server. Nothing was changed.`,
    `To recover them, make an empty server first, and then recover into it:\n` +
      `  ${npmCommand("up", ["--backups", place], stack)}\n` +
      `  ${npmCommand("db -- restore", ["--latest", "--replace", settings.database], stack)}\n` +
      `To start without them: docker volume rm ${repository}`,
  );
}

/** The update makes a new volume, and empty, where that with the backups was removed by hand. */
async function tellLostVolume(
  stack: string,
  environment: NodeJS.ProcessEnv,
  volume: string,
): Promise<void> {
  if ((await ifExists(engine().getVolume(volume).inspect())) !== undefined) return;
  const resources = await readResources(stack, environment);
  const isKnown = resources.some(
    ({ type, inputs }) => type === "docker:index/volume:Volume" && inputs?.["name"] === volume,
  );
  if (!isKnown) return;
  say(
    `The volume ${volume} had this server's backups and is gone: no moment before now can be recovered from it.`,
  );
}

/**
 * Refuses to bring up a server whose state is lost while a key of its backups is unknown: with another one, no WAL could be archived into
 * their repository.
 *
 * @param resources of the stack's state
 * @throws UserError
 */
export async function requireKnownKey(
  stack: string,
  environment: NodeJS.ProcessEnv,
  resources: readonly ResourceState[],
): Promise<void> {
  const docker = readDockerSettings(stack, environment);
  if (docker === undefined || "faults" in docker) return;
  const isEncrypted = docker.settings.backup.repositories.some(({ key }) => key !== undefined);
  if (!isEncrypted || !lacksKey(stack, docker.settings, resources)) return;
  const { repository } = await findObjects(dockerNames(docker.settings));
  if (repository === undefined) return;
  throw unknownKey(
    stack,
    `The volume ${repository.name}`,
    ` To start without them: docker volume rm ${repository.name}`,
  );
}

/** Whether an update would make a new key. */
function lacksKey(
  stack: string,
  { backupKey }: DockerSettings,
  resources: readonly ResourceState[],
): boolean {
  const isKept = existsSync(join(folders.own, stackName(stack), "backup.key"));
  const isRecorded = resources.some(({ urn }) => urn.endsWith(":BackupKey::backup-key"));
  return backupKey === undefined && !isKept && !isRecorded;
}

function unknownKey(stack: string, place: string, otherwise = ""): UserError {
  return new UserError(
    `${place} has the backups of stack ${stack}, and their key is neither in its state nor in its configuration. Nothing was changed.`,
    `Give it to the stack: npm run shell -- --stack ${stack}, then pulumi config set --secret hosterizer-database:backupKey\n` +
      `If the key is lost, the backups are, too.${otherwise}`,
  );
}
