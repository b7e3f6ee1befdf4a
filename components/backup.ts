import { existsSync } from "node:fs";

import { Volume } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import {
  type BackupDeclaration,
  backupPaths,
} from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import type { DrillPlan } from "@hosterizer/postgres/backup/drill/drillPlan";
import { configurationFile } from "@hosterizer/postgres/backup/pgbackrest/configurationFile";
import { hasPassword } from "@hosterizer/postgres/access/logins";
import type { DeclaredAccess } from "@hosterizer/postgres/audit/declaredAccess";
import { offFile, planFile, planOf } from "@hosterizer/postgres/backup/scheduler/plan";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { containerPaths } from "@hosterizer/postgres/server/container/mandatorySettings";
import { recordedSchemas } from "../database/extensions";
import { migrator, roles } from "../database/roles";
import { BuiltImage } from "./docker/builtImage";
import { makeConfinedContainer, runTimeFiles } from "./docker/confinedContainer";
import { BackupKey } from "./dynamic/backupKey";
import { ContainerFiles } from "./dynamic/containerFiles";
import type { DockerInstance } from "./instance/dockerInstance";

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
  /** What a drill expects of the database. */
  drill: DrillPlan;
  /** Folder of the build context, from the project folder: see `schedulerContext`. Undefined: backups are off, and no container takes any. */
  context: string | undefined;
  instance: DockerInstance;
  /** The key of repositories that exist already. Default: the stack's own. */
  key: string | undefined;
  stack: string;
}

/** Path of the key that a stack's destruction leaves, from the project folder. */
function backupKeyFile(stack: string): string {
  return `.hosterizer/${stack}/backup.key`;
}

/** Path of the file that says that someone has had the key printed, from the project folder. `db -- backup key` writes it. */
function printedKeyFile(stack: string): string {
  return `.hosterizer/${stack}/backup.key.printed`;
}

/** MiB. pgBackRest compresses in two processes; a drill runs a small server. */
const memory = 768;

/**
 * Backups of a server in a container, and the archive of its WAL: what pgBackRest works by, and the container that takes them.
 *
 * That container reads the server's data and speaks to it through a socket that both share. It may write to the repository alone, and
 * nothing reaches it over the network.
 */
export class Backup extends pulumi.ComponentResource {
  constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:Backup", name, {}, opts);
    const { prefix, declared, instance, context } = args;
    const child = { parent: this };
    const container = `${prefix}-backup`;
    const { volumes } = instance;

    const given = args.key === undefined ? {} : { given: pulumi.secret(args.key) };
    const isEncrypted = declared.encryption && declared.repositories.length > 0;
    if (isEncrypted && !existsSync(printedKeyFile(args.stack))) {
      const command = npmCommand("db -- backup key", [], args.stack);
      void pulumi.log.warn(
        `The key of the backups is only in the state of stack ${args.stack}: without a copy, losing the state loses the backups. ${command} prints it.`,
        this,
      );
    }
    // There while backups are off, too: the repository stays, and only this key opens it.
    const { key } = new BackupKey(
      `${name}-key`,
      { file: backupKeyFile(args.stack), ...given },
      child,
    );
    const configuration = {
      file: "pgbackrest.conf",
      content: key.apply((secret) => configurationFile(declared, secret)),
      secret: true,
    };
    if (context === undefined) {
      new ContainerFiles(
        `${name}-files`,
        {
          container,
          image: instance.image.imageId,
          volume: volumes.backupConfiguration,
          path: backupPaths.configuration,
          files: configuration.content.apply((content) => [
            { file: configuration.file, content, owner: containerPaths.user, mode: 0o600 },
            { file: offFile, content: "Backups are off.\n", owner: 0, mode: 0o644 },
          ]),
        },
        child,
      );
    } else {
      const drills = new Volume(`${name}-drill`, { name: `${prefix}-drill` }, child);
      const image = new BuiltImage(
        `${name}-image`,
        {
          name: container,
          context,
          dockerfile: "scheduler.Dockerfile",
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
            files: [
              configuration,
              { file: planFile, content: JSON.stringify(planOf(declared, args.drill)) },
            ],
          },
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
          waitTimeout: 60,
        },
        { ...child, dependsOn: instance.settled },
      );
    }
    this.registerOutputs();
  }
}
