import { stanza } from "./backupDeclaration";
import { timelineOf } from "./backupList";
import {
  type ArchivedSegment,
  historyFiles,
  type Listing,
  readAncestors,
  segmentsIn,
  stretchesOf,
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

/** What a repository has of the present server's WAL. */
export interface Archive {
  /** Oldest first. */
  timelines: readonly Timeline[];
  /** By name. */
  segments: readonly ArchivedSegment[];
}

/** The WAL of the present server. @throws RepositoryError */
export async function readArchive(run: RepositoryRun): Promise<Archive> {
  const folder = await archiveFolder(run);
  if (folder === undefined) return { timelines: [], segments: [] };
  const listing = await list(run, folder, ["--recurse"]);
  const segments = segmentsIn(listing);
  const histories = new Map(historyFiles(listing).map((file) => [file.timeline, file]));
  const timelines: Timeline[] = [];
  for (const timeline of new Set(segments.map(({ name }) => timelineOf(name)))) {
    const history = histories.get(timeline);
    const own = segments.filter(({ name }) => timelineOf(name) === timeline);
    timelines.push({
      timeline,
      begun: history && beginningOf(history.begun, own),
      stretches: stretchesOf(own),
      ancestors:
        history === undefined
          ? new Map()
          : readAncestors(await get(run, `${folder}/${history.name}`)),
    });
  }
  return { timelines, segments };
}

/** A history is stored again where another repository lacks it, and is then younger than the WAL that follows it. */
function beginningOf(stored: Date, segments: readonly ArchivedSegment[]): Date {
  const moments = [stored, ...segments.map(({ archived }) => archived)];
  return new Date(Math.min(...moments.map((moment) => moment.getTime())));
}

/** Whether a repository has the history of a timeline of the present server. @throws RepositoryError */
export async function hasHistory(run: RepositoryRun, name: string): Promise<boolean> {
  const folder = await archiveFolder(run);
  return folder !== undefined && name in (await list(run, folder));
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
