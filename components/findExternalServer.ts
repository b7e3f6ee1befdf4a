import * as pulumi from "@pulumi/pulumi";

import { extensions, recordedSchemas, schemas } from "../database/extensions";
import { owner, roles } from "../database/roles";
import { withLogins } from "@hosterizer/postgres/access/logins";
import { DeclarationError } from "@hosterizer/postgres/declarationError";
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
import type { FoundServer } from "./preflight";
import { adoptedDatabase, readOwnObjects } from "./readOwnObjects";
import type { ExternalSettings } from "./settings";
import { project } from "./settingsFaults";

/**
 * Looks at an existing server before anything in it changes. What does not fit is a fault, or a warning in Pulumi's log.
 */
export async function findExternalServer(
  settings: ExternalSettings,
  stack: string,
): Promise<FoundServer> {
  const place = (key: string) => `${project}:${key} in Pulumi.${stack}.yaml`;
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
    });
    const wishes = { stack, deployRole, database, owner, extensions, applicationConnections };
    const own = await ownObjects(server, wishes);
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
    return { ...found, possible, looksUp, leftBehind, faults };
  } catch (error) {
    if (!(error instanceof ExternalServerFault)) throw error;
    const [fault, remedy] = [error.fault, error.remedy].map((text) => text.replace(/\.$/, ""));
    const refusal = new DeclarationError(place("host"), fault ?? "", remedy ?? "");
    return { ...found, possible: extensions, looksUp: false, faults: [refusal] };
  }
}

/**
 * What of the server is this stack's, by its state; all of it where `up --adopt` is to take it over. Undefined: nothing of ours is
 * there, or nobody knows.
 */
async function ownObjects(server: ExternalServer, claim: Claim): Promise<OwnObjects | undefined> {
  const { roles: there, database } = server;
  if (process.env[adoptedDatabase] === claim.database) {
    const databases = mayAdopt(database, claim) ? [claim.database] : [];
    return { roles: new Set(there), databases: new Set(databases) };
  }
  return there.length === 0 && database === null ? undefined : readOwnObjects(claim.stack);
}

function namesOf(declared: readonly { name: string }[]): string[] {
  return declared.map(({ name }) => name);
}
