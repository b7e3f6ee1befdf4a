import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** The extensions that the embedded server brings, by their control files. */
export async function availableExtensions(binaries: string): Promise<string[]> {
  const files = await readdir(join(binaries, "share", "postgresql", "extension"));
  const suffix = ".control";
  return files
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();
}
