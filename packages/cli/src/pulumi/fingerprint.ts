import { statSync } from "node:fs";

/** What tells one version of a file from another without reading it. */
export interface Fingerprint {
  path: string;
  changed: number;
  size: number;
}

/** The fingerprint of the file at `path`, undefined where there is none. */
export function fingerprint(path: string | undefined): Fingerprint | undefined {
  if (path === undefined) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  return found && { path, changed: found.mtimeMs, size: found.size };
}
