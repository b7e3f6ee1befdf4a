import type { ProviderDefinition } from "../protocol/resourceType";
import { checkConfiguration, readConfiguration, secretConfiguration } from "./configuration";
import { database } from "./database";
import { defaultPrivileges } from "./defaultPrivileges";
import { explainFailure } from "./explainFailure";
import { extension } from "./extension";
import { grant } from "./grant";
import { grantRole } from "./grantRole";
import { role } from "./role";
import { schemaResource } from "./schema";
import { ServerSession } from "./serverSession";

/**
 * Replaces the official plugin `postgresql` where Pulumi's own servers are unreachable.
 *
 * Inputs, outputs and ids are the official ones: a stack deployed with one plugin shows no change with the other. Unserved
 * properties are refused by name before anything changes.
 */
export const provider: ProviderDefinition<ServerSession> = {
  name: "postgresql",
  version: "3.18.1",
  secretConfiguration,
  checkConfiguration,
  configure: (given, { warn }) => new ServerSession(readConfiguration(given), warn),
  resources: [role, database, extension, schemaResource, grant, grantRole, defaultPrivileges],
  explain: explainFailure,
};
