import type Dockerode from "dockerode";

import type { State } from "../protocol/resourceSchema";
import { type ArchiveFile, containerArchive } from "./containerArchive";
import type { containerSchema } from "./containerSchema";
import { volumeOf } from "./containerVolume";

/**
 * Puts the uploads of a container into it, which has not started yet.
 *
 * Each file goes through the root of the volume that it lies in: through `/` the engine lets nothing into a container with a
 * read-only root file system, not even into its volumes.
 */
export async function uploadFiles(
  container: Dockerode.Container,
  { uploads, volumes }: State<typeof containerSchema>,
): Promise<void> {
  const archives = new Map<string, ArchiveFile[]>();
  for (const { file, content, permissions, executable } of uploads ?? []) {
    const root = volumeOf(file, volumes ?? [])?.containerPath ?? "/";
    const path = file.slice(root.length).replace(/^\/+/, "");
    const files = archives.get(root) ?? [];
    files.push({ path, content: content ?? "", mode: modeOf(permissions, executable) });
    archives.set(root, files);
  }
  for (const [path, files] of archives) {
    await container.putArchive(containerArchive(files, new Date()), { path });
  }
}

function modeOf(permissions: string | null, executable: boolean): number {
  if (permissions !== null && permissions !== "") return parseInt(permissions, 8);
  return executable ? 0o744 : 0o644;
}
