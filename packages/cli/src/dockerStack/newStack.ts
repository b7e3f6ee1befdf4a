import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

import { repositoryPlace } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { DeclarationErrors, UserError } from "@hosterizer/postgres/userError";
import { counted } from "../db/screen/numbers";
import { folders } from "../folders";
import { pins } from "../pins";
import { readBackend } from "../stack/backend";
import { writeConfiguration } from "../stack/configuration";
import {
  dockerSettingsOf,
  type DockerStack,
  readDockerSettings,
} from "../stack/readInstanceSettings";
import { configurationName, stackFiles, stackName } from "../stack/stackFiles";
import { readResourcesIfAny } from "../stack/state";
import { say } from "../terminal";
import { type DockerNames, dockerNames, findObjects } from "./dockerObjects";

/** The stack beside which another one is made. */
interface FirstStack {
  stack: string;
  database: string;
  names: DockerNames;
}

/**
 * Checks that a stack can be made, and makes something for it. A stack without a configuration file gets one; if it is refused, or if the
 * making fails, nothing is left of it.
 *
 * @param make is given the names of the new stack's objects
 * @throws UserError if the stack has resources, containers, data, backups or a repository in S3, or is the first one under another name;
 *   DeclarationErrors if its settings have faults
 */
export async function withNewStack<T>(
  stack: string,
  first: FirstStack,
  make: (names: DockerNames) => Promise<T>,
): Promise<T> {
  if (!/^([\w.-]+\/){0,2}[\w.-]+$/.test(stack)) {
    throw new UserError(
      `--as: "${stack}" cannot be the name of a stack.`,
      "Use letters, digits, _, . and -.",
    );
  }
  const file = stackFiles(stack).tracked;
  if (existsSync(file)) {
    return make(await requireNew(stack, first, readDockerSettings(stack, environmentOf(stack))));
  }
  const ports = await freePorts();
  const prefix = first.names.network;
  const isOwn = prefix !== defaultPrefix(first.stack);
  const like = { ...first, ...(isOwn ? { dockerName: prefix } : {}) };
  const configuration = newConfiguration(stack, like, ports);
  const names = await requireNew(stack, first, dockerSettingsOf(stack, configuration));
  await writeFile(file, configurationText(first.stack, configuration), { flag: "wx" });
  try {
    const made = await make(names);
    say(`${configurationName(stack)} is written, with the ports ${ports.join(" and ")}.`);
    return made;
  } catch (error) {
    await rm(file);
    throw error;
  }
}

/** Where the configuration of a stack is read that may not exist yet. */
function environmentOf(stack: string): NodeJS.ProcessEnv {
  // The file with this clone's secrets exists from the stack's first command on.
  const isKnown = readBackend(stack).kind === "project" && existsSync(stackFiles(stack).merged);
  return isKnown ? { PULUMI_OPTION_CONFIG_FILE: writeConfiguration(stack) } : {};
}

/**
 * The configuration of a new stack in Docker.
 *
 * @param first the stack beside which it is made, with the `dockerName` that it declares, which the new one's is like
 */
export function newConfiguration(
  stack: string,
  first: Pick<FirstStack, "stack" | "database"> & { dockerName?: string },
  [port, poolerPort]: readonly [number, number],
): Record<string, string> {
  const { database, dockerName } = first;
  const values = {
    ...{ instance: "docker", port: String(port), poolerPort: String(poolerPort) },
    ...(database === "hosterizer" ? {} : { database }),
    ...(dockerName === undefined
      ? {}
      : { dockerName: prefixBeside(dockerName, first.stack, stack) }),
  };
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`${pins.project}:${key}`, value]),
  );
}

/** The `dockerName` of a stack that declares none. */
function defaultPrefix(stack: string): string | undefined {
  const docker = dockerSettingsOf(stack, { [`${pins.project}:instance`]: "docker" });
  return docker === undefined || "faults" in docker ? undefined : docker.settings.dockerName;
}

/** The most characters of a `dockerName`. */
const prefixLength = 40;

/** A prefix like that of another stack, with one stack's name instead of the other's. */
function prefixBeside(prefix: string, other: string, stack: string): string {
  const own = wordOf(stack);
  const base = prefix.endsWith(`-${wordOf(other)}`)
    ? prefix.slice(0, -wordOf(other).length - 1)
    : prefix;
  return `${base.slice(0, Math.max(1, prefixLength - own.length - 1)).replace(/-$/, "")}-${own}`;
}

/** A stack's name as a part of Docker's names, which do not take all of its characters. */
function wordOf(stack: string): string {
  return stackName(stack)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** A configuration as the text of its file. @param source the stack whose backups the new one is made from */
export function configurationText(
  source: string,
  configuration: Readonly<Record<string, string>>,
): string {
  const lines = Object.entries(configuration).map(([key, value]) => `  ${key}: ${value}\n`);
  return (
    `# Made by \`db -- restore --as\` from the backups of stack ${source}. docs/dev-stack.md lists the other keys.\n` +
    `config:\n${lines.join("")}`
  );
}

/** Two ports that no stack of this clone declares, and on which nothing listens on this machine. */
async function freePorts(): Promise<[number, number]> {
  const declared = readdirSync(folders.project)
    .filter((name) => /^Pulumi\..+\.yaml$/.test(name))
    .flatMap((name) => readFileSync(join(folders.project, name), "utf8").match(/\b\d{4,5}\b/g))
    .map(Number);
  const next = async (from: number) => {
    let port = from;
    while (declared.includes(port) || !(await isFree(port))) port += 1;
    return port;
  };
  const port = await next(5434);
  return [port, await next(Math.max(6432, port + 1))];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** @param docker what the configuration of the new stack says; undefined: its server is another kind of instance */
async function requireNew(
  stack: string,
  first: FirstStack,
  docker: DockerStack | undefined,
): Promise<DockerNames> {
  const place = configurationName(stack);
  if (docker === undefined) {
    throw new UserError(
      `--as: stack ${stack} does not run in Docker (hosterizer-database:instance in ${place}).`,
      "Name a stack that does not exist yet.",
    );
  }
  if ("faults" in docker) throw new DeclarationErrors(docker.faults);
  const { database, dockerName } = docker.settings;
  const names = dockerNames(docker.settings);
  if (names.network === first.names.network) {
    throw new UserError(
      `--as: stack ${stack} has the names of stack ${first.stack} in Docker: ${dockerName}.`,
      `Set another hosterizer-database:dockerName in ${place}.`,
    );
  }
  if (database !== first.database) {
    throw new UserError(
      `--as: the database of stack ${stack} is ${database}, and that of stack ${first.stack} is ${first.database}.`,
      `Set hosterizer-database:database to ${first.database} in ${place}.`,
    );
  }
  const remote = docker.settings.backup.repositories.filter(({ type }) => type !== "volume");
  if (remote.length > 0) {
    const places = remote.map((each) => repositoryPlace(each, names.repository)).join(" and ");
    throw new UserError(
      `--as: stack ${stack} has a repository in S3: ${places}. A copy is the same server to pgBackRest, and could write its WAL into the original's backups.`,
      `Take it out of hosterizer-database:backup.repositories in ${place}. When the copy is up, add it again, with a path that no other server has.`,
    );
  }
  const { containers, networks, data, repository } = await findObjects(names);
  const resources = await readResourcesIfAny(stack);
  const volumes = [data, repository].flatMap((volume) => volume?.name ?? []);
  const found = [
    ...(resources.length > 0 ? [`${counted(resources.length, "resource")} in its state`] : []),
    // What a recovery that was killed has left is removed by the next.
    ...containers.filter((name) => name !== names.recovery).map((name) => `container ${name}`),
    ...networks.map((name) => `network ${name}`),
    ...volumes.map((name) => `volume ${name}`),
  ];
  if (found.length === 0) return names;
  // What no state of this clone knows may be another stack's.
  throw resources.length > 0
    ? new UserError(
        `--as: stack ${stack} exists: ${found.join(", ")}. Nothing was changed.`,
        `Name another stack, or remove this one with its data and backups: ${npmCommand(
          "destroy",
          volumes.flatMap((name) => ["--volume", name]),
          stack,
        )}`,
      )
    : new UserError(
        `--as: stack ${stack} would have the names of what is in Docker already: ${found.join(", ")}. Nothing was changed.`,
        `It may be another stack's. Name another stack, or write ${place} with another ${pins.project}:dockerName than ${dockerName}.`,
      );
}
