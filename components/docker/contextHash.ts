import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What a build context comes to, in twelve hexadecimal digits: the same on every machine for the same names and contents.
 *
 * @param directory from the project folder
 */
export function contextHash(directory: string): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(`${file.slice(directory.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}
