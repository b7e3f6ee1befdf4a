import { readFile } from "node:fs/promises";

import { copyId, readCopyId } from "../pgbackrest/copyId";
import { putIntoRepository, runPgBackRest } from "../pgbackrest/runPgBackRest";

/**
 * Marks a repository as a copy's, if this server is one, so that no update gives it to the original. That it is not the original's was found
 * out when it was declared.
 *
 * @throws if the repository does not answer
 */
export async function markRepository(repository: number, signal: AbortSignal): Promise<void> {
  const id = await readFile(copyId.inVolume, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (id === undefined) return;
  const { output } = await runPgBackRest([`--repo=${repository}`, ...readCopyId], signal);
  if (output.trim() === "") await putIntoRepository(repository, copyId.inRepository, id);
}
