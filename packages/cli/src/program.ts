import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import type {
  BackupDeclaration,
  DrillDemands,
} from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import type { RepositoryKeys } from "@hosterizer/postgres/backup/pgbackrest/repositoryKeys";
import type { GrantDeclaration, RoleDeclaration } from "@hosterizer/postgres/access/declarations";
import type { Scrub } from "@hosterizer/postgres/scrub/scrubDeclaration";
import type { DeclarationError } from "@hosterizer/postgres/userError";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import type { DeployAddress } from "@hosterizer/postgres/server/external/deployAccess";
import { folders } from "./folders";

/** What the command line needs to know of the Pulumi program that it runs. */
export interface Program {
  /** Every role that the program declares. */
  roles: readonly RoleDeclaration[];
  /** Role that owns the database and everything in it. Cannot log in. */
  owner: string;
  /** Login role that runs the migrations, as a member of the owner. */
  migrator: string;
  /** Login role of the application. */
  application: string;
  /** Login role for monitoring, a member of pg_monitor. */
  monitor: string;
  /** Login role of the pooler. */
  pooler: string;
  /** Role that owns the function in which the pooler looks up password verifiers. Cannot log in. */
  authenticator: string;
  /** Who may do what. */
  grants: readonly GrantDeclaration[];
  /** Which tables belong to tenants, and which roles ask for their rows. */
  tenancy: Tenancy;
  /** The tenancy as far as it holds at a migration. Default: at the last one. */
  tenancyUpTo: (target?: number) => Promise<Tenancy>;
  /** Schemas whose objects the migrations make. */
  recordedSchemas: readonly string[];
  /** Schemas with this program's own objects, which contain no data of users. */
  ownSchemas: readonly string[];
  /** What a scrubbed copy of the data keeps. */
  scrub: Scrub;
  /** Path of the folder with the migrations, from the project folder. */
  migrationsDirectory: string;
  /** Number of the last migration that has been released. Later ones are checked for statements that are unsafe in use. */
  releasedVersion: number;
  /**
   * Reads a stack's configuration.
   *
   * @param configuration keys with their namespace, values as Pulumi passes them
   * @returns the settings, or every fault in them
   */
  readSettings: (
    configuration: Readonly<Record<string, string>>,
    stack: string,
  ) => { settings: Settings } | { faults: DeclarationError[] };
}

/** A stack's settings, as far as the command line reads them. */
export type Settings = EmbeddedSettings | DockerSettings | ExternalSettings;

export interface EmbeddedSettings {
  instance: "embedded";
}

export interface DockerSettings {
  instance: "docker";
  /** What the names of network, volumes, containers and images begin with. */
  dockerName: string;
  /** Name of the database. */
  database: string;
  /** The volume with the data. Default: the one that the first update created. */
  dataVolume?: string | undefined;
  backup: BackupDeclaration;
  /** Keys of backups that exist already, by their numbers. */
  backupKey?: RepositoryKeys | undefined;
}

export interface ExternalSettings extends DeployAddress {
  instance: "external";
  /** Name of the database. */
  database: string;
  /** The deploy role's password; or, in its place, one of the next two. */
  deployPassword?: string | undefined;
  /** Environment variable that holds the password. */
  deployPasswordVariable?: string | undefined;
  /** Shell command that prints the password. */
  deployPasswordCommand?: string | undefined;
  /** What is asked of drills. */
  backup: DrillDemands;
}

const load = createRequire(__filename);

/**
 * The program that the project's package.json names: the export `program` of the module at `config.program`. Loaded by the first
 * call: many commands do without.
 *
 * @throws Error if package.json names none
 */
export function loadProgram(): Program {
  // Read here: npm puts `config` into the environment of its scripts only, and commands are started without npm too.
  const text = readFileSync(join(folders.project, "package.json"), "utf8");
  const { config } = JSON.parse(text) as { config?: { program?: string } };
  if (config?.program === undefined) throw new Error("package.json has no config.program");
  return (load(join(folders.project, config.program)) as { program: Program }).program;
}
