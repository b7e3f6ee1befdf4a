import type { ProviderDefinition } from "../protocol/resourceType";
import { checkConfiguration, readConfiguration } from "./configuration";
import { container } from "./container";
import { type DockerSession, explainFailure, openSession } from "./session";
import { network } from "./network";
import { remoteImage } from "./remoteImage";
import { volume } from "./volume";

/**
 * Replaces the official plugin `docker` where Pulumi's own servers are unreachable.
 *
 * Inputs, outputs and ids are the official ones: a stack deployed with one plugin shows no change with the other. Unserved
 * properties are refused by name before anything changes.
 */
export const provider: ProviderDefinition<DockerSession> = {
  name: "docker",
  version: "5.2.0",
  secretConfiguration: new Set(),
  checkConfiguration,
  configure: (given, log) => openSession(readConfiguration(given), log),
  resources: [network, volume, remoteImage, container],
  explain: explainFailure,
};
