import { existsSync } from "node:fs";
import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import {
  removeUnusedBinaries,
  serverAccount,
  serverPaths,
} from "@hosterizer/postgres/server/embedded/paths";
import { embeddedServer, removeServer } from "@hosterizer/postgres/server/embedded/server";
import { renderKeys } from "@hosterizer/postgres/backup/pgbackrest/repositoryKeys";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { UserError } from "@hosterizer/postgres/userError";
import { recoveredAt } from "../dockerStack/dataVolumes";
import {
  type DataVolume,
  type DockerNames,
  type DockerObjects,
  findObjects,
  findUntracked,
  namesInDocker,
  removeObjects,
  removeVolume,
} from "../dockerStack/dockerObjects";
import { readConfiguredKeys } from "../dockerStack/configuredKeys";
import { counted } from "../db/screen/numbers";
import { folders } from "../folders";
import { healStack } from "../healing/healStack";
import { startInstance } from "../healing/startInstance";
import { readArguments } from "../readArguments";
import { openStack } from "../stack/openStack";
import { type ExternalStack, readExternalSettings } from "../stack/readInstanceSettings";
import { replaceFile } from "../stack/replaceFile";
import { stackName } from "../stack/stackFiles";
import { readResources, type ResourceState } from "../stack/state";
import { updateStack } from "../stack/updateStack";
import { askOnTerminal, printLine } from "../terminal";

const nothing = "Nothing was removed.";

/** `npm run destroy`: removes a stack, after saying what goes. Removes a volume with data only if the user names it. */
export async function destroy(args: string[]): Promise<number> {
  const { stack, yes, lists, rest } = readArguments(
    {
      name: "destroy",
      description:
        "Removes everything that the stack has created. This cannot be undone.\n" +
        "An embedded server is removed with its data. A Docker volume with data or backups is kept unless you name it.",
      yes: "do not ask",
      lists: {
        volume:
          "also remove this volume with data or backups of a stack in Docker; may be repeated",
      },
    },
    args,
  );
  const environment = await openStack(stack);
  const external = readExternalSettings(stack, environment);
  if (external !== undefined) throw externalRefusal(stack, external);
  const names = await namesInDocker(stack, environment);
  const found = names && (await findObjects(names));
  const lasting = lastingVolumes(stack, found);
  const declared = names === undefined ? [] : [names.data, names.repository];
  const named = namedVolumes(stack, lists["volume"] ?? [], [
    ...new Set([...declared, ...lasting.map(({ name }) => name)]),
  ]);
  const loss = await describeLoss(stack, environment, found);
  const isEmpty = lasting.length === 0;
  printLine(
    loss ?? `Stack ${stack} has nothing${isEmpty ? " that could be removed" : " but its data"}.`,
  );
  for (const { subject, ...volume } of lasting)
    printLine(`${subject} in the volume ${nameAndSize(volume)}.`);
  if (loss === undefined && isEmpty) return 0;

  const data = found?.data?.name;
  const removal = {
    ...{ stack, isThere: loss !== undefined },
    named: lasting.map(({ name }) => name).filter((name) => named.has(name)),
    volume: data === undefined || named.has(data) ? undefined : data,
  };
  const ask = process.stdin.isTTY ? askOnTerminal : undefined;
  const removesData = !yes && (await confirmRemoval(removal, ask));
  const code = loss === undefined ? 0 : await removeStack(stack, environment, names, rest);
  if (code !== 0) return code;
  await settleVolumes(
    stack,
    lasting,
    ({ name }) => named.has(name) || (removesData && name === data),
  );
  if (names !== undefined && named.has(names.repository))
    for (const file of ["backup.key", "backup.key.printed"])
      await rm(join(folders.own, stackName(stack), file), { force: true });
  return 0;
}

/** A volume that outlives its stack, in words. */
interface LastingVolume extends DataVolume {
  /** What is in it, as the beginning of a sentence. */
  subject: string;
  /** The same after `with`. */
  contents: string;
  /** What the volume is used for next, where it is. */
  use?: string;
}

/** The volumes that `destroy` keeps unless they are named, the present data first. */
export function lastingVolumes(
  stack: string,
  found: Pick<DockerObjects, "data" | "otherData" | "repository"> | undefined,
): LastingVolume[] {
  const { data, otherData = [], repository } = found ?? {};
  const volumes: LastingVolume[] = [];
  if (data !== undefined) {
    volumes.push({
      ...{ ...data, subject: "The data is", contents: "its data" },
      use: `the next \`${npmCommand("up", [], stack)}\` uses it`,
    });
  }
  for (const volume of otherData) {
    const moment = recoveredAt(volume.name);
    const contents =
      moment === undefined
        ? "the data from before the first recovery"
        : `the data of the recovery at ${moment}`;
    const subject = `${contents.replace(/^t/, "T")} is`;
    volumes.push({ ...volume, subject, contents });
  }
  if (repository !== undefined) {
    volumes.push({
      ...{ ...repository, subject: "The backups are", contents: "its backups" },
      use: `the next up uses them, with the key in .hosterizer/${stackName(stack)}/backup.key`,
    });
  }
  return volumes;
}

/** Removes the volumes that go, tells what has become of each, and how to remove the others. */
async function settleVolumes(
  stack: string,
  volumes: readonly LastingVolume[],
  goes: (volume: LastingVolume) => boolean,
): Promise<void> {
  const kept = volumes.filter((volume) => !goes(volume));
  for (const volume of volumes) {
    const { name, contents, use } = volume;
    if (kept.includes(volume)) {
      const purpose = use === undefined ? "" : `: ${use}`;
      printLine(`The volume ${name} is kept, with ${contents}${purpose}.`);
    } else {
      await removeVolume(name);
      printLine(`The volume ${name} is removed, with ${contents}.`);
    }
  }
  if (kept.length > 0) printLine(removalHint(stack, kept));
}

/** How to remove volumes that were kept. */
export function removalHint(stack: string, kept: readonly Pick<DataVolume, "name">[]): string {
  const [first, ...others] = kept;
  return others.length === 0
    ? `To remove it, too: ${npmCommand("destroy", ["--volume", first?.name ?? ""], stack)}`
    : `To remove any of them, too, name it: ${npmCommand("destroy", ["--volume", "NAME"], stack)}`;
}

/** A server that existed before the stack stays, with all data. */
function externalRefusal(stack: string, external: ExternalStack): UserError {
  const database = "faults" in external ? "its database" : external.settings.database;
  return new UserError(
    `Stack ${stack} runs on a server that it has not created: this command removes nothing from it.`,
    `To forget the stack and leave the database as it is: npm run shell -- --stack ${stack}, then pulumi stack rm --force ${stack}.\n` +
      `To remove the data, connect to the server as a superuser and drop ${database} there by name.`,
  );
}

/**
 * The volumes that the user has named on the command line, to have them removed too.
 *
 * @param known names of the volumes that outlive the stack
 * @throws UserError if another volume is named
 */
export function namedVolumes(
  stack: string,
  named: readonly string[],
  known: readonly string[],
): ReadonlySet<string> {
  const stranger = named.find((name) => !known.includes(name));
  if (stranger === undefined) return new Set(named);
  const [fault, remedy] =
    known.length === 0
      ? [`Stack ${stack} has no volume`, "Leave --volume out."]
      : [
          `"${stranger}" is not a volume of stack ${stack} that holds data or backups`,
          `Name ${known.join(" or ")}, or leave --volume out.`,
        ];
  throw new UserError(`--volume: ${fault}. ${nothing}`, remedy);
}

/** What `destroy` would remove, for the user to read before agreeing; undefined if there is nothing. */
async function describeLoss(
  stack: string,
  environment: NodeJS.ProcessEnv,
  docker: DockerObjects | undefined,
): Promise<string | undefined> {
  const resources = await readResources(stack, environment);
  const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  // A killed update may have created objects that are not in the state.
  const objects = docker === undefined ? await describeEmbedded(stack) : describeDocker(docker);
  if (resources.length === 0 && objects.length === 0) return undefined;
  const { host, port, database } = outputs as Record<string, string | undefined>;
  const address = database === undefined ? [] : [`- the database ${database} on ${host}:${port}`];
  // A database in a volume goes only with the volume.
  const lines = [...(docker === undefined ? address : []), ...objects];
  const count = counted(resources.filter(isCounted).length, "resource");
  return [`Stack ${stack} will be removed, ${count}:`, ...lines].join("\n");
}

/**
 * Whether Pulumi counts a resource among those that it deletes: all but the providers that it makes by itself.
 */
export function isCounted({ urn, type }: Pick<ResourceState, "urn" | "type">): boolean {
  return !(type.startsWith("pulumi:providers:") && /::default[^:]*$/.test(urn));
}

function describeDocker(found: DockerObjects): string[] {
  const kinds = {
    container: found.containers,
    network: found.networks,
    volume: [...found.volumes, ...found.unfinished],
    image: found.images,
  };
  return Object.entries(kinds).flatMap(([kind, names]) =>
    names.length === 0 ? [] : [`- the ${kind}${names.length > 1 ? "s" : ""} ${names.join(", ")}`],
  );
}

async function describeEmbedded(stack: string): Promise<string[]> {
  const { data } = serverPaths(folders.project, stack, serverAccount(folders.project));
  if (!existsSync(data)) return [];
  return [`- its server, with all data in ${data} (${megabytes(await sizeOf(data))})`];
}

/** Bytes in a folder. A running server removes files meanwhile; those count as nothing. */
async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.size;
  const names = await readdir(path).catch(() => []);
  const sizes = await Promise.all(names.map((name) => sizeOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What the user is asked about. */
interface Removal {
  stack: string;
  /** Whether the stack itself still exists. */
  isThere: boolean;
  /** The volume with its data, if the user has yet to decide about it. */
  volume: string | undefined;
  /** The volumes that go, because the user has named them on the command line. */
  named: readonly string[];
}

/**
 * Has the user type the name of what is to be removed, before anything is.
 *
 * @param ask asks a question; undefined without a terminal
 * @returns whether the volume goes that the user has not named yet
 * @throws UserError if an answer is neither the name nor, for that volume, empty
 */
export async function confirmRemoval(
  { stack, isThere, volume, named }: Removal,
  ask: ((question: string) => Promise<string>) | undefined,
): Promise<boolean> {
  if (!isThere && named.length === 0 && volume === undefined) return false;
  if (ask === undefined) {
    const options = named.map((name) => ` --volume ${name}`);
    const withData = volume === undefined ? "" : `, and with its data: --volume ${volume}`;
    throw new UserError(
      `There is no terminal to ask on. ${nothing}`,
      `To remove it without confirmation: npm run destroy -- --stack ${stack} --yes${options.join("")}${withData}`,
    );
  }
  if (isThere) {
    const along = named.length === 0 ? "" : ` with ${named.join(" and ")}`;
    const answer = (await ask(`Type the stack's name, ${stack}, to remove it${along}: `)).trim();
    if (answer !== stack) throw misnamed(answer, "the stack's name");
  } else {
    for (const name of named) {
      const answer = (await ask(`Type the volume's name, ${name}, to remove it: `)).trim();
      if (answer !== name) throw misnamed(answer, "the volume's name");
    }
  }
  if (volume === undefined) return false;
  const question = `Type the volume's name, ${volume}, to remove its data too; press Enter to keep it: `;
  const answer = (await ask(question)).trim();
  if (answer !== "" && answer !== volume) throw misnamed(answer, "the volume's name");
  return answer === volume;
}

function misnamed(answer: string, what: string): UserError {
  return new UserError(`"${answer}" is not ${what}. ${nothing}`, "Try again to remove it.");
}

/**
 * Removes everything of a stack but the volume with its data.
 *
 * @param args for `pulumi destroy`
 * @returns Pulumi's exit code
 */
async function removeStack(
  stack: string,
  environment: NodeJS.ProcessEnv,
  names: DockerNames | undefined,
  args: readonly string[],
): Promise<number> {
  const agreed = ["--yes", "--skip-preview"];
  await healStack(stack, environment);
  // The contents of a container go with it, so they need no refresh, and the server need not be up.
  const refresh = names === undefined ? [] : ["--refresh=false"];
  if (names === undefined) await startInstance(stack, environment, agreed);
  // Untracked objects use tracked ones, which could not be removed otherwise.
  else {
    await saveBackupKey(stack, names);
    await removeObjects(await findUntracked(names, await readResources(stack, environment)));
  }
  const options = [...refresh, ...agreed, ...args];
  const code = await updateStack(stack, ["destroy", ...options], environment);
  const isEmpty = code === 0 && (await readResources(stack, environment)).length === 0;
  if (isEmpty) await removeLeftovers(stack, names);
  return code;
}

/**
 * Removes what is not in the state, because the update that created it was killed or the state was lost: an embedded server
 * with its data, or everything in Docker but the volume with the data. The user has agreed to that, and the stack has no
 * resources.
 */
async function removeLeftovers(stack: string, names: DockerNames | undefined): Promise<void> {
  if (names !== undefined) {
    await removeObjects(await findObjects(names));
    return;
  }
  const paths = serverPaths(folders.project, stack, serverAccount(folders.project));
  if (!existsSync(paths.directory)) return;
  // The port does not matter for a removal.
  await removeServer(await embeddedServer(folders.project, stack, 0));
  await removeUnusedBinaries(folders.project);
}

/** Keeps the keys of the backups where the state is lost: then they are in the configuration alone, which is about to go. */
async function saveBackupKey(stack: string, names: DockerNames): Promise<void> {
  const file = join(folders.own, stackName(stack), "backup.key");
  if (existsSync(file)) return;
  const keys = await readConfiguredKeys(names);
  if (keys === undefined) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  replaceFile(file, `${renderKeys(keys)}\n`, 0o600);
}

function nameAndSize({ name, size }: DataVolume): string {
  return size === undefined ? name : `${name} (${megabytes(size)})`;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}
