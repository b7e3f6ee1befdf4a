import { connectEngine } from "@hosterizer/postgres/server/dockerEngine/connectEngine";
import type { EngineAddress } from "@hosterizer/postgres/server/dockerEngine/engineAddress";
import { engineMessage } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import type Dockerode from "dockerode";

import type { EngineLog } from "../protocol/engineLog";
import type { ProviderSession } from "../protocol/resourceType";

/** The connection to one Docker engine. */
export interface DockerSession extends ProviderSession {
  readonly engine: Dockerode;
  /** Where the engine is, for messages: `unix:///var/run/docker.sock`. */
  readonly host: string;
  /** Shows a warning in the output of `pulumi up`. */
  warn: (message: string) => void;
  /** Shows the current step while it runs. */
  status: (message: string) => void;
  /** Aborted when the user cancels the update. */
  readonly cancelled: AbortSignal;
}

/** Opens a session, which connects with its first request. */
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

/** The HTTP status with which the engine refused a request; undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("statusCode" in error)) return undefined;
  return typeof error.statusCode === "number" ? error.statusCode : undefined;
}

/**
 * Describes a failure: the engine's message with its HTTP status. The error of an unreachable engine already says which address
 * was tried and what to do.
 */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const status = statusOf(error);
  return status === undefined ? error.message : `Docker: ${engineMessage(error)} (HTTP ${status})`;
}
