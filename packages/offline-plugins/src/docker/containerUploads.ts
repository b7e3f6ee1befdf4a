import type Dockerode from "dockerode";

import { engineMessage } from "@hosterizer/docker-engine/engineResponses";
import type { State } from "../protocol/resourceSchema";
import { containerArchive } from "./containerArchive";
import type { containerSchema } from "./containerSchema";
import { statusOf } from "./statusOf";

/**
 * Puts the uploads of a container into it, which has not started yet: through `/`, as the official plugin does. So the engine
 * refuses here what it refuses there.
 */
export async function uploadFiles(
  container: Dockerode.Container,
  { uploads }: State<typeof containerSchema>,
): Promise<void> {
  const files = (uploads ?? []).map(({ file, content, permissions, executable }) => ({
    path: file.replace(/^\/+/, ""),
    content: content ?? "",
    mode: modeOf(permissions, executable),
  }));
  if (files.length === 0) return;
  try {
    await container.putArchive(containerArchive(files, new Date()), { path: "/" });
  } catch (error) {
    if (!(error instanceof Error) || statusOf(error) === undefined) throw error;
    throw new Error(`Unable to upload volume content: ${engineMessage(error)}`, { cause: error });
  }
}

function modeOf(permissions: string | null, executable: boolean): number {
  if (permissions !== null && permissions !== "") return parseInt(permissions, 8);
  return executable ? 0o744 : 0o644;
}
