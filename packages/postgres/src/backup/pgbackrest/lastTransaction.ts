import { timelineOf } from "./backupList";
import { segmentIndex, segmentName, type Stretch } from "./timelines";

/** Runs a shell's script where pgBackRest and the server's programs are. */
export type ScriptRun = (
  script: string,
  environment: readonly string[],
) => Promise<{ code: number; output: string }>;

/** How many segments to look at: a load without a commit in 128 MB is rare, and each takes a moment to fetch. */
const depth = 8;

/** Prints the ends of transactions in a segment, which the WAL's reader takes from a file of the segment's name. */
const script = [
  `folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT`,
  `pgbackrest --stanza="$STANZA" --repo="$REPOSITORY" --log-level-console=error archive-get "$SEGMENT" "$folder/$SEGMENT"`,
  // It fails at the end of a segment that is not full.
  `TZ=UTC pg_waldump --rmgr=Transaction "$folder/$SEGMENT" 2>/dev/null || true`,
].join("\n");

/**
 * When the last transaction of a stretch of WAL ended. A recovery to a moment needs one after it, to know that it has come to the moment:
 * the server refuses every later one, after everything has been restored.
 *
 * @returns undefined if its last segments have none, or cannot be read
 */
export async function readLastTransaction(
  run: ScriptRun,
  stanza: string,
  repository: number,
  { first, last }: Stretch,
): Promise<Date | undefined> {
  const newest = segmentIndex(last);
  const oldest = Math.max(segmentIndex(first), newest - depth + 1);
  for (let index = newest; index >= oldest; index -= 1) {
    const segment = segmentName(timelineOf(last), index);
    const environment = [`STANZA=${stanza}`, `REPOSITORY=${repository}`, `SEGMENT=${segment}`];
    const { code, output } = await run(script, environment);
    if (code !== 0) return undefined;
    const found = lastEnd(output);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The latest end of a transaction among what pg_waldump prints. Aborts count: a recovery stops at them, too. Transactions do not end in the
 * order of their times.
 */
export function lastEnd(output: string): Date | undefined {
  const ends = output.matchAll(
    /desc: (?:COMMIT|ABORT)(?:_PREPARED)? .*?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) UTC/g,
  );
  const times = Array.from(ends, ([, time = ""]) => Date.parse(`${time.replace(" ", "T")}Z`));
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}
