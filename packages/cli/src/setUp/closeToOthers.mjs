import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

const forOthers = 0o022;

/**
 * Takes the right to write from everybody but the owner, in a whole folder, if the folder itself has it: an older version made it under a
 * umask that grants it. Otherwise looks at the folder alone.
 *
 * @param {string} folder may be missing
 */
export function closeToOthers(folder) {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined || !found.isDirectory() || (found.mode & forOthers) === 0) return;
  process.stderr.write(`Others could write in ${folder}: they no longer can.\n`);
  close(folder, found.mode);
}

function close(path, mode) {
  chmodSync(path, mode & 0o7777 & ~forOthers);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) close(inner, lstatSync(inner).mode);
    else if (entry.isFile()) chmodSync(inner, lstatSync(inner).mode & 0o7777 & ~forOthers);
  }
}
