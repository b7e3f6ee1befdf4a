import type { Difference } from "../../convergence/difference";
import { containerPaths } from "./containerPaths";

/** A line of a settings file that the server cannot read or apply. */
export interface FileFault {
  file: string | null;
  line: number | null;
  name: string | null;
  error: string;
}

/** The same as differences. The server keeps what it had; an update writes its own files again, and no other. */
export function fileFaults(faults: readonly FileFault[]): Difference[] {
  return faults.map(({ file, line, name, error }) => {
    const difference = {
      kind: "settings file" as const,
      object: `file ${file ?? "postgresql.conf"}`,
      expected: "lines that the server can read",
      actual: `line ${line ?? 0}${name === null ? "" : ` with ${name}`}: ${error}`,
    };
    if (file?.startsWith(`${containerPaths.configuration}/`) === true)
      return { ...difference, repair: "automatic" };
    return { ...difference, repair: "none", reason: "the server keeps what it had" };
  });
}
