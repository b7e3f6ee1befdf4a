import { execFile } from "node:child_process";

import { stanza } from "./backupDeclaration";
import { endsWithParent } from "./endsWithParent";

/** What a run of pgBackRest printed, and how it ended. */
export interface PgBackRestRun {
  code: number;
  output: string;
  /** Its messages: warnings and errors. */
  messages: string;
}

/**
 * Runs a command of pgBackRest in this container.
 *
 * @param args its command and options. https://pgbackrest.org/command.html
 * @param signal ends it early
 */
export function runPgBackRest(
  args: readonly string[],
  signal?: AbortSignal,
): Promise<PgBackRestRun> {
  const [program, ...words] = endsWithParent("pgbackrest", [`--stanza=${stanza}`, ...args]);
  return new Promise((resolve, reject) => {
    const options = { encoding: "utf8", maxBuffer: 64 * 1024 * 1024, signal } as const;
    execFile(program, words, options, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, output: stdout, messages: stderr });
      else if (typeof error.code === "number")
        resolve({ code: error.code, output: stdout, messages: stderr });
      else if (signal?.aborted === true)
        reject(new Error("pgbackrest was ended", { cause: error }));
      // Killed, for want of memory perhaps: a failed run like any other.
      else resolve({ code: -1, output: stdout, messages: `${stderr}${error.message}` });
    });
  });
}

/** What a run that failed has said. */
export function said({ code, output, messages }: PgBackRestRun): string {
  // What follows are the headers of an HTTP request.
  const [words = ""] = `${messages}${output}`.trim().split(/\s*\*\*\* Path/);
  return words || `pgbackrest ended with ${code}`;
}

/**
 * Writes a file of ours into a repository, beside pgBackRest's own. Not encrypted: pgBackRest reads only its own files back so. No
 * file of ours has rows or secrets.
 */
export function putIntoRepository(
  repository: number,
  path: string,
  content: string,
): Promise<void> {
  const args = [`--stanza=${stanza}`, `--repo=${repository}`, "--raw", "repo-put", path];
  return new Promise((resolve, reject) => {
    const child = execFile("pgbackrest", args, (error, stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`${path}: ${stderr}${stdout}`, { cause: error }));
    });
    child.stdin?.end(content);
  });
}
