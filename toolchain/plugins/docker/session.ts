import type Dockerode from "dockerode";

import type { ProviderSession } from "../protocol/providerDefinition";

/** The way to one Docker engine. */
export interface DockerSession extends ProviderSession {
  readonly engine: Dockerode;
  /** Where the engine is, for messages: `unix:///var/run/docker.sock`. */
  readonly host: string;
  /** Shows a warning in the output of `pulumi up`. */
  warn: (message: string) => void;
}
