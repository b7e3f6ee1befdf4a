import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { folders } from "@hosterizer/cli/folders";
import { type Fingerprint, fingerprint, type SetUpRecord } from "@hosterizer/cli/setUp/setUp";

/** Rewrites the set-up record, copied from this project, for the copy in `directory`. */
export async function moveSetUpRecord(directory: string): Promise<void> {
  const path = join(directory, ".hosterizer", "toolchain", "set-up.json");
  const record = JSON.parse(await readFile(path, "utf8")) as SetUpRecord;
  const move = (known: Fingerprint): Fingerprint => {
    if (!known.path.startsWith(`${folders.project}/`)) return known;
    const moved = fingerprint(join(directory, known.path.slice(folders.project.length)));
    if (moved === undefined) throw new Error(`the copy lacks ${known.path}`);
    return moved;
  };
  const moved = { ...record, pulumi: move(record.pulumi), files: record.files.map(move) };
  // Removed first, because it is a hard link to the project's own record.
  await rm(path);
  await writeFile(path, JSON.stringify(moved));
}
