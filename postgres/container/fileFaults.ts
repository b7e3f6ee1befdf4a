import type { Difference } from "../drift/difference";

/** A line of a settings file that the server cannot read or apply. */
export interface FileFault {
  file: string | null;
  line: number | null;
  name: string | null;
  error: string;
}

/** The same as differences: no session can mend a file that the server cannot read. */
export function fileFaults(faults: readonly FileFault[]): Difference[] {
  return faults.map(({ file, line, name, error }) => ({
    kind: "settings file",
    object: `file ${file ?? "postgresql.conf"}`,
    expected: "lines that the server can read",
    actual: `line ${line ?? 0}${name === null ? "" : ` with ${name}`}: ${error}`,
    repair: "none",
    reason: "the server keeps what it had: mend the file inside the container",
  }));
}
