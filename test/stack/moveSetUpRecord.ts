import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { folders } from "@hosterizer/cli/folders";
import { type Fingerprint, fingerprint, type SetUpRecord } from "@hosterizer/cli/setUp/setUp";

/** Makes the record of the set-up, copied from this project, one of the copy in `directory`. */
export async function moveSetUpRecord(directory: string): Promise<void> {
  const path = join(directory, ".hosterizer", "toolchain", "set-up.json");
  const record = JSON.parse(await readFile(path, "utf8")) as SetUpRecord;
  const move = (known: Fingerprint): Fingerprint => {
    if (!known.path.startsWith(`${folders.project}/`)) return known;
    const moved = fingerprint(join(directory, known.path.slice(folders.project.length)));
    if (moved === undefined) throw new Error(`the copy has no ${known.path}`);
    return moved;
  };
  const moved = { ...record, pulumi: move(record.pulumi), files: record.files.map(move) };
  // Written anew: what is there is a hard link to the project's own.
  await rm(path);
  await writeFile(path, JSON.stringify(moved));
}
