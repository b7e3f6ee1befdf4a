import type { ProviderDefinition } from "../protocol/providerDefinition";
import { container } from "./container";
import { checkConfiguration, readConfiguration } from "./configuration";
import { explainFailure } from "./explainFailure";
import { network } from "./network";
import { type DockerSession, openSession } from "./session";
import { volume } from "./volume";

/**
 * Stands in for the official plugin `docker` where Pulumi's own servers cannot be reached.
 *
 * Inputs, outputs and ids are the official ones: a stack made with either plugin shows no change with the other. What is not
 * served here is refused by name, before anything is touched.
 */
export const provider: ProviderDefinition<DockerSession> = {
  name: "docker",
  version: "5.2.0",
  secretConfiguration: new Set(),
  checkConfiguration,
  configure: (given, warn) => openSession(readConfiguration(given), warn),
  resources: [network, volume, container],
  explain: explainFailure,
};
