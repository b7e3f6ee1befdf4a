import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

import * as pulumi from "@pulumi/pulumi";

import type { ExtensionDeclaration } from "@hosterizer/postgres/access/declarations";
import { withLogins } from "@hosterizer/postgres/access/logins";
import { DeclarationError } from "@hosterizer/postgres/userError";
import { overrideFaults } from "@hosterizer/postgres/server/container/containerSettings";
import type { Undrilled } from "@hosterizer/postgres/backup/drill/lastDrills";
import { drilledRole } from "@hosterizer/postgres/backup/drill/serverRecord";
import { embeddedPortFaults, publishedPortFaults } from "@hosterizer/postgres/server/portFaults";
import {
  availableExtensions,
  sharedAccountWarning,
} from "@hosterizer/postgres/server/embedded/paths";
import { embeddedServer } from "@hosterizer/postgres/server/embedded/server";
import { deployConnection } from "@hosterizer/postgres/server/external/deployAccess";
import {
  ExternalServerFault,
  findWritableHost,
} from "@hosterizer/postgres/server/external/findWritableHost";
import {
  type Claim,
  findConflicts,
  isLeftBehind,
  mayAdopt,
  type OwnObjects,
} from "@hosterizer/postgres/server/external/findConflicts";
import {
  checkRequirements,
  possibleExtensions,
} from "@hosterizer/postgres/server/external/checkRequirements";
import {
  type ExternalServer,
  readExternalServer,
} from "@hosterizer/postgres/server/external/externalServer";
import { extensions, recordedSchemas, schemas } from "../database/extensions";
import { owner, roles } from "../database/roles";
import { tenancy } from "../database/tenancy";
import { judgeDrillsOfContainers, judgeDrillsOfServer } from "./drills";
import { authorityFile, authorityName } from "./instance/certificateAuthority";
import { repositoryFaults } from "./repositoryFaults";
import { type DockerSettings, type ExternalSettings, placeOf, type Settings } from "./settings";

/** What is known of the server before anything changes. */
interface FoundServer {
  /** Whether it exists, and perhaps has a ledger of migrations. */
  exists: boolean;
  /** Extensions that it has available; undefined where only the running server can tell. */
  extensions: readonly string[] | undefined;
  /** The declared extensions that we may create there. Default: all. */
  possible?: readonly ExtensionDeclaration[];
  /** Whether we may create the function by which a pooler looks verifiers up. Default true. */
  looksUp?: boolean;
  /** Whether our database exists from an earlier time, when it was this stack's. Default false. */
  leftBehind?: boolean;
  /** Why migrations of a database with data are refused: no drill has restored it recently. Default: they are not. */
  undrilled?: Undrilled | undefined;
  faults: readonly DeclarationError[];
}

/**
 * Finds the stack's server, without changing anything in it.
 *
 * @param settings undefined if they are invalid, which is a fault already: the rest is judged as for a new embedded server
 */
export async function findServer(
  settings: Settings | undefined,
  stack: string,
): Promise<FoundServer> {
  if (settings?.instance === "docker") return findContainers(settings, stack);
  if (settings?.instance === "external") return findExternalServer(settings, stack);
  const warning = sharedAccountWarning(process.cwd());
  if (warning !== undefined) await pulumi.log.warn(warning);
  const server = await embeddedServer(process.cwd(), stack, settings?.port ?? 0);
  return {
    exists: existsSync(server.paths.data),
    extensions: await availableExtensions(server.binaries),
    faults: settings === undefined ? [] : await embeddedPortFaults(server, settings.port, stack),
  };
}

async function findContainers(settings: DockerSettings, stack: string): Promise<FoundServer> {
  const { port, poolerPort, dockerName, host, memory, serverSettings } = settings;
  const ports = [
    { key: "port", port },
    { key: "poolerPort", port: poolerPort },
  ];
  const faults = [
    ...overrideFaults(serverSettings, stack, memory),
    ...(await publishedPortFaults(host, ports, authorityName(dockerName), stack)),
    ...repositoryFaults(settings.backup, stack),
  ];
  const undrilled = await judgeDrillsOfContainers(settings, stack);
  return { exists: existsSync(authorityFile(stack)), extensions: undefined, undrilled, faults };
}

/** Inspects a server that exists already. What does not fit is a fault, or a warning in Pulumi's log. */
export async function findExternalServer(
  settings: ExternalSettings,
  stack: string,
): Promise<FoundServer> {
  const place = (key: string) => placeOf(key, stack);
  const found = { exists: true, extensions: undefined } as const;
  const connection = deployConnection(settings);
  try {
    const host = await findWritableHost(connection, place);
    const writable = { ...connection, host };
    const { database, deployRole, applicationConnections } = settings;
    const server = await readExternalServer(writable, {
      database,
      extensions: namesOf(extensions),
      roles: namesOf(withLogins(roles, settings.logins)),
      owner,
      schemas: namesOf(schemas),
      migratedSchemas: recordedSchemas,
      drilled: drilledRole(tenancy),
    });
    const wishes = { stack, deployRole, database, owner, extensions, applicationConnections };
    const own = await findOwnObjects(server, wishes);
    const findings = [
      ...checkRequirements(server, wishes),
      ...(own === undefined ? [] : findConflicts(server, own, wishes)),
    ];
    for (const { level, subject, fault, remedy } of findings) {
      if (level === "warning") await pulumi.log.warn(`${subject} ${fault}.\n${remedy}.`);
    }
    const faults = findings
      .filter(({ level }) => level === "refusal")
      .map(({ subject, fault, remedy }) => new DeclarationError(subject, fault, remedy));
    const looksUp = server.deployRole.superuser || server.hasLookup;
    const leftBehind = own !== undefined && isLeftBehind(server, own, wishes);
    const possible = possibleExtensions(server, extensions);
    const undrilled = await judgeDrillsOfServer(settings, server.lastDrill, stack);
    return { ...found, possible, looksUp, leftBehind, undrilled, faults };
  } catch (error) {
    if (!(error instanceof ExternalServerFault)) throw error;
    const [fault, remedy] = [error.fault, error.remedy].map((text) => text.replace(/\.$/, ""));
    const refusal = new DeclarationError(place("host"), fault ?? "", remedy ?? "");
    return { ...found, possible: extensions, looksUp: false, faults: [refusal] };
  }
}

function namesOf(declared: readonly { name: string }[]): string[] {
  return declared.map(({ name }) => name);
}

/**
 * Objects on the server that this stack owns according to its state; with `up --adopt`, all of ours that exist.
 *
 * @returns undefined if none of ours exists, or the state could not be read
 */
async function findOwnObjects(
  server: ExternalServer,
  claim: Claim,
): Promise<OwnObjects | undefined> {
  const { roles: existing, database } = server;
  if (process.env[adoptedDatabase] === claim.database) {
    const databases = mayAdopt(database, claim) ? [claim.database] : [];
    return { roles: new Set(existing), databases: new Set(databases) };
  }
  return existing.length === 0 && database === null ? undefined : readOwnObjects(claim.stack);
}

/** The environment variable with the name of the database that `up --adopt` adopts. */
const adoptedDatabase = "HOSTERIZER_ADOPT";

/** The part of `pulumi stack export` that is read here. */
interface ExportedState {
  deployment?: {
    resources?: StoredResource[];
    pending_operations?: { resource: StoredResource }[];
  };
}

interface StoredResource {
  type: string;
  id?: string;
  inputs?: { name?: unknown };
}

/**
 * Roles and databases in the state of this stack. A program cannot read its own state, so it asks the Pulumi that runs it. What a
 * killed update began to create counts as created.
 *
 * @returns undefined, after a warning, if the state could not be read
 */
async function readOwnObjects(stack: string): Promise<OwnObjects | undefined> {
  const organization = pulumi.getOrganization();
  // A self-managed backend has the organization "organization" for every stack.
  const name =
    organization === "organization" ? stack : `${organization}/${pulumi.getProject()}/${stack}`;
  try {
    const { stdout } = await promisify(execFile)("pulumi", ["stack", "export", "--stack", name], {
      maxBuffer: Infinity,
    });
    const { deployment = {} } = JSON.parse(stdout) as ExportedState;
    const { resources = [], pending_operations: pending = [] } = deployment;
    const all = [...resources, ...pending.map(({ resource }) => resource)];
    const storedNames = (type: string) =>
      new Set(
        all
          .filter((resource) => resource.type === type)
          .flatMap(({ id, inputs }) => [id ?? inputs?.name])
          .filter((found) => typeof found === "string"),
      );
    return {
      roles: storedNames("postgresql:index/role:Role"),
      databases: storedNames("postgresql:index/database:Database"),
    };
  } catch (error) {
    const [fault = ""] = String(error).split("\n");
    await pulumi.log.warn(
      `The state of stack ${stack} could not be read (${fault}): a role or database that is not this stack's is only noticed when it is created.`,
    );
    return undefined;
  }
}
