import { followProgress } from "./buildProgress";
import type { DockerSession } from "./session";

/**
 * Fetches an image from its registry, without credentials.
 *
 * @throws Error that says why it could not be had
 */
export async function pullImage(
  { engine, cancelled, status }: DockerSession,
  name: string,
  platform: string | null,
): Promise<void> {
  status(`${name}: pulling`);
  const options = { abortSignal: cancelled, ...(platform === null ? {} : { platform }) };
  const answer = await engine.pull(name, options);
  await followProgress(answer, cancelled, () => undefined);
}
