import { buffer } from "node:stream/consumers";

import { engineMessage } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import type Dockerode from "dockerode";
import { pack } from "tar-stream";

import type { State } from "../protocol/resourceSchema";
import type { containerSchema } from "./containerSchema";
import { statusOf } from "./session";

/**
 * Copies the uploads of a container into it before it starts. Like the official plugin, it unpacks them at `/`, so the engine
 * refuses the same files.
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
    await container.putArchive(await containerArchive(files, new Date()), { path: "/" });
  } catch (error) {
    if (!(error instanceof Error) || statusOf(error) === undefined) throw error;
    throw new Error(`Unable to upload volume content: ${engineMessage(error)}`, { cause: error });
  }
}

function modeOf(permissions: string | null, executable: boolean): number {
  if (permissions !== null && permissions !== "") return parseInt(permissions, 8);
  return executable ? 0o744 : 0o644;
}

/** A file to upload into a container. It belongs to root. */
interface ArchiveFile {
  /** Relative to the folder in which the archive is unpacked. */
  path: string;
  content: string;
  /** Permission bits, such as 0o644. */
  mode: number;
}

/** Packs files into a tar archive for the engine to unpack. */
export function containerArchive(files: readonly ArchiveFile[], modified: Date): Promise<Buffer> {
  const archive = pack();
  for (const { path, content, mode } of files)
    archive.entry({ name: path, mode, mtime: modified }, content);
  archive.finalize();
  return buffer(archive);
}
