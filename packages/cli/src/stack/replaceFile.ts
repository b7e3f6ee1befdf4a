import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";

/**
 * Replaces the text of a file as a whole: a full disk or a kill leaves it as it was, and not empty. It keeps its mode, and remains where a
 * symbolic link leads.
 *
 * @param mode of a file that does not exist yet
 */
export function replaceFile(path: string, text: string, mode = 0o644): void {
  const found = statSync(path, { throwIfNoEntry: false });
  const file = found === undefined ? path : realpathSync(path);
  const unfinished = `${file}.${process.pid}`;
  try {
    const handle = openSync(unfinished, "w", 0o600);
    try {
      fchmodSync(handle, (found?.mode ?? mode) & 0o777);
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
