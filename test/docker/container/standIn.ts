import { Readable } from "node:stream";

import { archiveOf } from "../archiveOf";
import { engine } from "../engine";

/**
 * Builds an image that runs its configuration: /etc/it/run is its program, /etc/it/probe its health check.
 *
 * @param lines further lines of its Dockerfile
 */
export async function buildStandIn(tag: string, ...lines: readonly string[]): Promise<void> {
  const dockerfile = [
    "FROM debian:bookworm-slim",
    'HEALTHCHECK --interval=1h CMD ["bash", "/etc/it/probe"]',
    'ENTRYPOINT ["bash", "/etc/it/run"]',
    ...lines,
  ];
  const context = archiveOf({ Dockerfile: { content: dockerfile.join("\n") } });
  const progress = await engine.buildImage(Readable.from([context]), { t: tag });
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(
      progress,
      (error: Error | null, output: { error?: string }[] | null) => {
        const failure = output?.find((line) => line.error !== undefined)?.error;
        if (error !== null || failure !== undefined) reject(error ?? new Error(failure));
        else resolve();
      },
    );
  });
}
