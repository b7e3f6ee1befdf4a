import type Dockerode from "dockerode";

import type { State } from "../protocol/resourceSchema";
import { formatDuration, parseDuration } from "./containerDuration";
import type { containerSchema } from "./containerSchema";

type Healthcheck = State<(typeof containerSchema)["healthcheck"]["properties"]>;

/** Nanoseconds; absent is 0. */
interface LiveHealthcheck {
  Test?: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

/**
 * A container's health check, its image's if it has none of its own.
 *
 * @param prior how it was written; a time that is still the same is written as it was there.
 */
export function liveHealthcheck(
  { Config }: Dockerode.ContainerInspectInfo,
  prior: Healthcheck | null,
): Healthcheck | null {
  const { Healthcheck: live } = Config as { Healthcheck?: LiveHealthcheck };
  if (live === undefined) return null;
  return {
    interval: written(live.Interval, prior?.interval),
    retries: live.Retries ?? 0,
    // Engines older than 25 do not keep it.
    startInterval:
      live.StartInterval === undefined
        ? (prior?.startInterval ?? "0s")
        : written(live.StartInterval, prior?.startInterval),
    startPeriod: written(live.StartPeriod, prior?.startPeriod),
    tests: live.Test ?? [],
    timeout: written(live.Timeout, prior?.timeout),
  };
}

function written(nanoseconds = 0, prior: string | undefined): string {
  return prior !== undefined && parseDuration(prior) === nanoseconds
    ? prior
    : formatDuration(nanoseconds);
}
