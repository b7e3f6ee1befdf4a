import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

import { repositoryPlace } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { DeclarationErrors, UserError } from "@hosterizer/postgres/userError";
import { folders } from "../folders";
import { pins } from "../pins";
import { openStack } from "../stack/openStack";
import { readDockerSettings } from "../stack/readInstanceSettings";
import { configurationName, stackFiles } from "../stack/stackFiles";
import { readResources } from "../stack/state";
import { say } from "../terminal";
import { type DockerNames, dockerNames, findObjects } from "./dockerObjects";

/** The stack beside which another one is made. */
interface FirstStack {
  stack: string;
  database: string;
  names: DockerNames;
}

/**
 * Checks that a stack can be made, and makes something for it. Writes its configuration file first if there is none; if the making fails,
 * that file goes again.
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
  const isWritten = !existsSync(file);
  if (isWritten) {
    const ports = await freePorts();
    await writeFile(file, configurationOf(first, ports), { flag: "wx" });
    say(`${configurationName(stack)} is written, with the ports ${ports.join(" and ")}.`);
  }
  try {
    return await make(await requireNew(stack, first));
  } catch (error) {
    if (isWritten) await rm(file);
    throw error;
  }
}

/** The configuration of a new stack in Docker. */
export function configurationOf(
  { stack, database }: Pick<FirstStack, "stack" | "database">,
  [port, poolerPort]: readonly [number, number],
): string {
  const key = (name: string, value: string | number) => `  ${pins.project}:${name}: ${value}\n`;
  return (
    `# Made by \`db -- restore --as\` from the backups of stack ${stack}. docs/dev-stack.md lists the other keys.\n` +
    `config:\n${key("instance", "docker")}${key("port", port)}${key("poolerPort", poolerPort)}` +
    (database === "hosterizer" ? "" : key("database", database))
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

async function requireNew(stack: string, first: FirstStack): Promise<DockerNames> {
  const environment = await openStack(stack);
  const docker = readDockerSettings(stack, environment);
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
  const resources = await readResources(stack, environment);
  const found = [
    ...(resources.length > 0 ? [`${resources.length} resources in its state`] : []),
    // What a recovery that was killed has left is removed by the next.
    ...containers.filter((name) => name !== names.recovery).map((name) => `container ${name}`),
    ...networks.map((name) => `network ${name}`),
    ...[data, repository].flatMap((volume) => volume ?? []).map(({ name }) => `volume ${name}`),
  ];
  if (found.length === 0) return names;
  throw new UserError(
    `--as: stack ${stack} exists: ${found.join(", ")}. Nothing was changed.`,
    `Name another stack, or remove this one with its data and backups: ${npmCommand("destroy", ["--volume", names.data, "--backups", names.repository], stack)}`,
  );
}
