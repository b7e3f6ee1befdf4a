import type Dockerode from "dockerode";

import { connectEngine } from "@hosterizer/docker-engine/connectEngine";
import type { EngineAddress } from "@hosterizer/docker-engine/engineAddress";
import type { EngineLog } from "../protocol/engineLog";
import type { ProviderSession } from "../protocol/providerDefinition";

/** The way to one Docker engine. */
export interface DockerSession extends ProviderSession {
  readonly engine: Dockerode;
  /** Where the engine is, for messages: `unix:///var/run/docker.sock`. */
  readonly host: string;
  /** Shows a warning in the output of `pulumi up`. */
  warn: (message: string) => void;
  /** Shows what is going on, while it goes on. */
  status: (message: string) => void;
  /** Aborted once the user has cancelled the update. */
  readonly cancelled: AbortSignal;
}

/** Connects at the first request only. */
export function openSession(
  address: EngineAddress,
  { warn, status }: Pick<EngineLog, "warn" | "status">,
): DockerSession {
  const controller = new AbortController();
  const cancel = () => {
    controller.abort(new Error("the operation was cancelled"));
  };
  return {
    engine: connectEngine(address),
    host: address.url,
    warn,
    status,
    cancelled: controller.signal,
    cancel,
    close: () => {
      cancel();
      return Promise.resolve();
    },
  };
}
