import { existsSync, readFileSync } from "node:fs";

import { Volume } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import {
  type BackupDeclaration,
  backupPaths,
  isOnOneMachine,
  onOneMachine,
  repositoryPlace,
} from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import type { DrillPlan } from "@hosterizer/postgres/backup/drill/drillPlan";
import {
  authorityFileOf,
  configurationFile,
} from "@hosterizer/postgres/backup/pgbackrest/configurationFile";
import type { RepositoryKeys } from "@hosterizer/postgres/backup/pgbackrest/repositoryKeys";
import { hasPassword } from "@hosterizer/postgres/access/logins";
import type { DeclaredAccess } from "@hosterizer/postgres/audit/declaredAccess";
import { offFile, planFile, planOf } from "@hosterizer/postgres/backup/scheduler/plan";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { containerPaths } from "@hosterizer/postgres/server/container/mandatorySettings";
import { recordedSchemas } from "../database/extensions";
import { migrator, roles } from "../database/roles";
import { BuiltImage } from "./docker/builtImage";
import {
  type ConfigurationFile,
  makeConfinedContainer,
  runTimeFiles,
} from "./docker/confinedContainer";
import { BackupKey } from "./dynamic/backupKey";
import { ContainerFiles } from "./dynamic/containerFiles";
import type { DockerInstance, UsedRepositories } from "./instance/dockerInstance";
import { placeOf } from "./settings";

/** What a drill expects of a stack's database. */
export function drillPlan(
  database: string,
  { owner, tenancy }: DeclaredAccess,
  { lossShare }: Pick<BackupDeclaration, "lossShare">,
): DrillPlan {
  return {
    ...{ database, owner, tenancy, migrator, schemas: recordedSchemas, lossShare },
    // The roles themselves: the logins that a rotation makes are members of them.
    strangers: roles
      .filter((role) => hasPassword(role) && role.name !== migrator)
      .map(({ name }) => name),
  };
}

export interface BackupArgs {
  /** Prefix of all names. */
  prefix: string;
  declared: BackupDeclaration;
  /** Keys of repositories that exist already. Default: the stack's own. */
  keys: RepositoryKeys | undefined;
  stack: string;
}

export interface SchedulerArgs {
  /** The image that Node.js comes from. */
  node: { image: string; digest: string | undefined };
  /** What a drill expects of the database. */
  drill: DrillPlan;
  /** Folder of the build context, from the project folder: see `schedulerContext`. Undefined: backups are off, and no container takes any. */
  context: string | undefined;
  instance: DockerInstance;
}

/** Path of the keys that a stack's destruction leaves, from the project folder. */
function backupKeyFile(stack: string): string {
  return `.hosterizer/${stack}/backup.key`;
}

/** Path of the file with the numbers of the keys that someone has had printed, from the project folder. `db -- backup key` writes it. */
function printedKeyFile(stack: string): string {
  return `.hosterizer/${stack}/backup.key.printed`;
}

/** MiB. pgBackRest compresses in two processes; a drill runs a small server. */
const memory = 768;

/**
 * Backups of a server in a container, and the archive of its WAL: what pgBackRest works by, and the container that takes them.
 *
 * That container reads the server's data and speaks to it through a socket that both share. It may write to the repositories alone, and
 * nothing reaches it over the network.
 */
export class Backup extends pulumi.ComponentResource {
  /** For the server, which archives its WAL into them. */
  readonly repositories: UsedRepositories;

  private readonly name: string;
  private readonly args: BackupArgs;

  constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:Backup", name, {}, opts);
    this.name = name;
    this.args = args;
    const { declared, stack, prefix } = args;
    this.warn();

    const given = args.keys === undefined ? {} : { given: pulumi.secret(args.keys) };
    // There while backups are off, too: the repositories stay, and only these keys open them.
    const { keys } = new BackupKey(
      `${name}-key`,
      { file: backupKeyFile(stack), numbers: keysOf(declared), ...given },
      { parent: this },
    );
    // An update of a few resources may have no keys; it writes no files either.
    const configuration = keys.apply((known: RepositoryKeys | undefined) =>
      known === undefined ? "" : configurationFile(declared, known),
    );
    this.repositories = {
      tried: declared.repositories.map(({ number, key = 0, ...place }, index) => ({
        ...{ number, key, place: repositoryPlace(place, `${prefix}-backup`) },
        declaration: placeOf(`backup.repositories[${index}]`, stack),
      })),
      files: [
        { file: "pgbackrest.conf", content: configuration, secret: true },
        ...authorityFiles(declared),
      ],
    };
    this.registerOutputs();
  }

  /** Says what would be lost with the state, and with the machine. */
  private warn(): void {
    const { declared, stack, prefix } = this.args;
    const unprinted = keysOf(declared).filter((number) => !printedKeys(stack).includes(number));
    if (declared.repositories.some(({ key }) => key !== undefined) && unprinted.length > 0) {
      const command = npmCommand("db -- backup key", [], stack);
      void pulumi.log.warn(
        `The key of the backups is only in the state of stack ${stack}: without a copy, losing the state loses the backups. ${command} prints it.`,
        this,
      );
    }
    if (isOnOneMachine(declared))
      void pulumi.log.warn(`${onOneMachine(`${prefix}-backup`)} See docs/back-up.md.`, this);
  }

  /** Makes the container that takes backups of a server; without repositories, only writes that there are none. */
  schedule({ instance, context, node, drill }: SchedulerArgs): void {
    const { name, args } = this;
    const { prefix, declared } = args;
    const { volumes } = instance;
    const child = { parent: this };
    const container = `${prefix}-backup`;
    if (context === undefined) {
      new ContainerFiles(
        `${name}-files`,
        {
          container,
          image: instance.image.imageId,
          volume: volumes.backupConfiguration,
          path: backupPaths.configuration,
          files: [{ file: offFile, content: "Backups are off.\n", owner: 0, mode: 0o644 }],
        },
        { ...child, dependsOn: instance.repositories },
      );
      return;
    }
    const drills = new Volume(`${name}-drill`, { name: `${prefix}-drill` }, child);
    const image = new BuiltImage(
      `${name}-image`,
      {
        name: container,
        context,
        dockerfile: "scheduler.Dockerfile",
        pinned: { NODE: node },
        base: instance.image,
      },
      child,
    );
    makeConfinedContainer(
      name,
      {
        container,
        image: image.imageId,
        user: containerPaths.user,
        network: instance.network,
        configuration: {
          volume: volumes.backupConfiguration,
          path: backupPaths.configuration,
          files: [{ file: planFile, content: JSON.stringify(planOf(declared, drill)) }],
        },
        after: instance.repositories,
        shared: [
          { volume: volumes.data, path: "/var/lib/postgresql", readOnly: true },
          { volume: volumes.repository, path: backupPaths.repository },
          { volume: volumes.socket, path: backupPaths.socket },
          { volume: drills.name, path: backupPaths.drill },
        ],
        tmpfs: { "/tmp": runTimeFiles(64 * 1024) },
        memory,
        // pgBackRest ends within a second: what it has copied serves the next attempt.
        stopTimeout: 15,
        patience: 60,
      },
      { ...child, dependsOn: instance.settled },
    );
  }
}

/** The numbers of the keys that the repositories name; the first one where there is none. */
function keysOf({ repositories }: BackupDeclaration): number[] {
  const numbers = repositories.flatMap(({ key }) => (key === undefined ? [] : [key]));
  return numbers.length === 0 ? [1] : [...new Set(numbers)].sort((one, other) => one - other);
}

/** The numbers of the keys that someone has had printed. */
function printedKeys(stack: string): number[] {
  const file = printedKeyFile(stack);
  if (!existsSync(file)) return [];
  const numbers = readFileSync(file, "utf8").match(/\d+/g);
  // An earlier version has left the file empty.
  return numbers === null ? [1] : numbers.map(Number);
}

/** The certificate authorities of the repositories' servers, as preflight has found them. */
function authorityFiles({ repositories }: BackupDeclaration): ConfigurationFile[] {
  return repositories.flatMap((repository) =>
    repository.type === "s3" && repository.sslrootcert !== undefined
      ? [
          {
            file: authorityFileOf(repository.number),
            content: readFileSync(repository.sslrootcert, "utf8"),
          },
        ]
      : [],
  );
}
