import { stanza } from "./backupDeclaration";
import { timelineOf } from "./backupList";
import {
  historyFiles,
  lastFolders,
  lastSegment,
  type Listing,
  readAncestors,
  type Timeline,
} from "./timelines";

/** Runs a command of pgBackRest on one repository, wherever pgBackRest is. */
export type RepositoryRun = (
  args: readonly string[],
) => Promise<{ code: number; output: string; messages: string }>;

/** A repository could not be read. The message is pgBackRest's. */
class RepositoryError extends Error {
  override readonly name = "RepositoryError";
}

const root = `archive/${stanza}`;

/** The timelines that a repository has, oldest first. @throws RepositoryError */
export async function readTimelines(run: RepositoryRun): Promise<Timeline[]> {
  const folder = await archiveFolder(run);
  if (folder === undefined) return [];
  const archive = await list(run, folder);
  const histories = new Map(historyFiles(archive).map((file) => [file.timeline, file]));
  const timelines: Timeline[] = [];
  for (const name of lastFolders(archive)) {
    const last = lastSegment(await list(run, `${folder}/${name}`));
    if (last === undefined) continue;
    const timeline = timelineOf(name);
    const history = histories.get(timeline);
    timelines.push({
      timeline,
      begun: history?.begun,
      until: last.archived,
      lastSegment: last.name,
      ancestors:
        history === undefined
          ? new Map()
          : readAncestors(await get(run, `${folder}/${history.name}`)),
    });
  }
  return timelines;
}

/** The names of all segments that a repository has of the present server. @throws RepositoryError */
export async function readSegments(run: RepositoryRun): Promise<string[]> {
  const folder = await archiveFolder(run);
  if (folder === undefined) return [];
  const names = Object.keys(await list(run, folder, ["--recurse"]));
  return names.flatMap((name) => /\/([0-9A-F]{24})-[0-9a-f]{40}/.exec(name)?.[1] ?? []);
}

/** pgBackRest counts the servers that have used a stanza: the last one is the present one. */
async function archiveFolder(run: RepositoryRun): Promise<string | undefined> {
  const numberOf = (server: string) => Number(server.split("-")[1]);
  const servers = Object.keys(await list(run, root)).filter((name) => /^\d+-\d+$/.test(name));
  const server = servers.sort((one, other) => numberOf(one) - numberOf(other)).at(-1);
  return server === undefined ? undefined : `${root}/${server}`;
}

async function list(
  run: RepositoryRun,
  path: string,
  options: readonly string[] = [],
): Promise<Listing> {
  const { code, output, messages } = await run(["--output=json", ...options, "repo-ls", path]);
  if (code !== 0) throw new RepositoryError(`${path} cannot be listed: ${messages}${output}`);
  return JSON.parse(output) as Listing;
}

async function get(run: RepositoryRun, path: string): Promise<string> {
  const { code, output, messages } = await run(["repo-get", path]);
  if (code !== 0) throw new RepositoryError(`${path} cannot be read: ${messages}${output}`);
  return output;
}
