import * as pulumi from "@pulumi/pulumi";

import { extensions } from "./database/extensions";
import { owner } from "./database/roles";
import { DeclarationError } from "./postgres/declarationError";
import { deployConnection } from "./postgres/external/deployConnection";
import { ExternalServerFault } from "./postgres/external/externalServerFault";
import { findWritableHost } from "./postgres/external/findWritableHost";
import { judgeExternalServer, possibleExtensions } from "./postgres/external/judgeExternalServer";
import { readExternalServer } from "./postgres/external/readExternalServer";
import type { FoundServer } from "./preflight";
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
    const names = extensions.map(({ name }) => name);
    const server = await readExternalServer(writable, { database, extensions: names });
    const wishes = { deployRole, database, owner, extensions, applicationConnections };
    const findings = judgeExternalServer(server, wishes);
    for (const { level, subject, fault, remedy } of findings) {
      if (level === "warning") await pulumi.log.warn(`${subject} ${fault}.\n${remedy}.`);
    }
    const faults = findings
      .filter(({ level }) => level === "refusal")
      .map(({ subject, fault, remedy }) => new DeclarationError(subject, fault, remedy));
    const looksUp = server.deployRole.superuser || server.hasLookup;
    return { ...found, possible: possibleExtensions(server, extensions), looksUp, faults };
  } catch (error) {
    if (!(error instanceof ExternalServerFault)) throw error;
    const [fault, remedy] = [error.fault, error.remedy].map((text) => text.replace(/\.$/, ""));
    const refusal = new DeclarationError(place("host"), fault ?? "", remedy ?? "");
    return { ...found, possible: extensions, looksUp: false, faults: [refusal] };
  }
}
