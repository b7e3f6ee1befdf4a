import { readFile } from "node:fs/promises";

import { stanza } from "../pgbackrest/backupDeclaration";
import { readBackupList, type RepositoryState } from "../pgbackrest/backupList";
import { copyId, readCopyId } from "../pgbackrest/copyId";
import { putIntoRepository, runPgBackRest, said } from "../pgbackrest/runPgBackRest";
import { inTurn } from "./inTurn";
import { log } from "./log";

/**
 * Makes a repository know this server, and reads what it has. Does nothing where it does already.
 *
 * @returns the fault if the repository or the server does not answer
 */
export async function prepareRepository(
  repository: number,
  signal: AbortSignal,
): Promise<{ state: RepositoryState } | { fault: string }> {
  const found = await read(repository, signal);
  if ("state" in found && found.state.exists) return found;
  // Not in turn: a repository that does not answer is reported while another one takes a backup.
  if ("fault" in found && (await findUnfinished(repository, signal)).length === 0) return found;
  return inTurn(() => create(repository, signal));
}

/**
 * Marks a repository as a copy's, if this server is one, so that no update gives it to the original. That it is not the original's was found
 * out when it was declared.
 *
 * @throws if the repository does not answer
 */
export async function markRepository(repository: number, signal: AbortSignal): Promise<void> {
  const id = await readFile(copyId.inVolume, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (id === undefined) return;
  const { output } = await runPgBackRest([`--repo=${repository}`, ...readCopyId], signal);
  if (output.trim() === "") await putIntoRepository(repository, copyId.inRepository, id);
}

async function create(
  repository: number,
  signal: AbortSignal,
): Promise<{ state: RepositoryState } | { fault: string }> {
  const found = await read(repository, signal);
  if ("state" in found && found.state.exists) return found;
  if ("fault" in found && !(await removeUnfinished(repository, signal))) return found;
  let created = await runPgBackRest(["stanza-create"], signal);
  if (created.code !== 0 && (await removeUnfinished(repository, signal)))
    created = await runPgBackRest(["stanza-create"], signal);
  if (created.code !== 0) return { fault: `it could not be prepared (${said(created)})` };
  return read(repository, signal);
}

async function read(
  repository: number,
  signal: AbortSignal,
): Promise<{ state: RepositoryState } | { fault: string }> {
  const run = await runPgBackRest([`--repo=${repository}`, "--output=json", "info"], signal);
  if (run.code !== 0) return { fault: `it could not be read (${said(run)})` };
  const [state] = readBackupList(run.output, [repository]);
  if (state === undefined) return { fault: "pgbackrest does not list it" };
  return state.fault === undefined ? { state } : { fault: state.fault };
}

/** The files that `stanza-create` writes, and those that it renames to them. */
const firstFiles = /^(archive|backup)\.info(\.copy)?(\.pgbackrest\.tmp)?$/;

/**
 * Removes what a `stanza-create` that was killed has left, which pgBackRest would take for a damaged repository from then on. A repository
 * with anything else in it is left alone.
 *
 * @returns whether there was something
 */
async function removeUnfinished(repository: number, signal: AbortSignal): Promise<boolean> {
  const unfinished = await findUnfinished(repository, signal);
  if (unfinished.length === 0) return false;
  log(`repository ${repository}: its creation was interrupted, and begins again`);
  for (const file of unfinished)
    await runPgBackRest([`--repo=${repository}`, "repo-rm", file], signal);
  return true;
}

/** @returns the paths of those files; none, if the repository is whole or has others */
async function findUnfinished(repository: number, signal: AbortSignal): Promise<string[]> {
  const run = (...args: string[]) => runPgBackRest([`--repo=${repository}`, ...args], signal);
  const unfinished: string[] = [];
  for (const kind of ["archive", "backup"]) {
    const folder = `${kind}/${stanza}`;
    const listing = await run("--output=json", "--recurse", "repo-ls", folder);
    if (listing.code !== 0) return [];
    const found = Object.entries(JSON.parse(listing.output) as Record<string, { type: string }>);
    const files = found.filter(([, { type }]) => type !== "path").map(([name]) => name);
    if (!files.every((name) => firstFiles.test(name))) return [];
    unfinished.push(...files.map((name) => `${folder}/${name}`));
  }
  // Both are there: it is finished, and something else is wrong.
  const isWhole = ["archive", "backup"].every((kind) =>
    unfinished.includes(`${kind}/${stanza}/${kind}.info`),
  );
  return isWhole ? [] : unfinished;
}
