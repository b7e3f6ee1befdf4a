import { withClient } from "../../connection/connection";
import { humanDuration } from "../../humanNumbers";
import { archiveTimeout } from "../pgbackrest/archiveSettings";
import { backupPaths } from "../pgbackrest/backupDeclaration";
import { readBackupList, type RepositoryState } from "../pgbackrest/backupList";
import {
  planRecovery,
  type RecoveryPlan,
  recoveryRanges,
  type RecoveryTarget,
} from "../pgbackrest/recoveryTarget";
import { type ArchiveGap, archiveGaps } from "../pgbackrest/archiveGaps";
import { damagedRecord } from "../pgbackrest/ownRecords";
import { type Archive, readArchive } from "../pgbackrest/readArchive";
import { runPgBackRest, said } from "../pgbackrest/runPgBackRest";
import { archiveFaults } from "./archiveFaults";
import { checkMoment, checkRecovered, previousDrill } from "./checkRecovered";
import type { DrillPlan } from "./drillPlan";
import type { DrillRecord, DrillRecovery } from "./drillRecord";
import { readDrillRecords, writeDrillRecord } from "./drillRecords";
import { randomMoment } from "./randomMoment";
import { NotRecovered, startThrowawayServer } from "./throwawayServer";

/** A drill ends by then, whatever it is waiting for. */
const limitMs = 6 * 60 * 60 * 1000;
/** A heartbeat may be this old, in seconds: it is a minute until the next one, and until its segment is archived, which takes a moment. */
const heartbeatAge = 60 + archiveTimeout + 15;

/** How a drill is run. */
export interface DrillOptions {
  /** Receives what it does, a line each. */
  tell?: (line: string) => void;
  /** Rows may be missing since the previous drill: they were deleted on purpose. */
  acceptRows?: boolean;
}

/**
 * Restores a repository: what it has of the latest state, and of one moment that nobody has chosen. Checks everything that can be
 * checked, and records what it found beside the repository.
 */
export async function runDrill(
  repository: number,
  plan: DrillPlan,
  { tell = () => undefined, acceptRows = false }: DrillOptions,
  signal: AbortSignal,
): Promise<DrillRecord> {
  const began = Date.now();
  const limited = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const { state, faults } = await readState(repository, limited);
  const gaps: ArchiveGap[] = [];
  const recoveries: DrillRecovery[] = [];
  if (state !== undefined && state.backups.length > 0) {
    try {
      const run = { repository, plan, tell, acceptRows, signal: limited };
      await drillState(state, run, faults, gaps, recoveries);
    } catch (error) {
      // A drill that was asked to end says nothing about the backups; any other end is a fault of theirs.
      if (signal.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      faults.push(
        limited.aborted ? `it did not end within ${humanDuration(limitMs / 1000)}` : reason,
      );
    }
  }
  const time = new Date(began).toISOString();
  const seconds = (Date.now() - began) / 1000;
  const record = { time, repository, recoveries, faults, gaps, seconds };
  await writeDrillRecord(repository, record).catch((error: unknown) => {
    tell(`the record could not be written: ${String(error)}`);
  });
  return record;
}

/** What a drill works with. */
interface DrillRun extends Required<DrillOptions> {
  repository: number;
  plan: DrillPlan;
  signal: AbortSignal;
}

async function drillState(
  state: RepositoryState,
  { repository, plan, tell, acceptRows, signal }: DrillRun,
  faults: string[],
  gaps: ArchiveGap[],
  recoveries: DrillRecovery[],
): Promise<void> {
  const run = (args: readonly string[]) => runPgBackRest([`--repo=${repository}`, ...args], signal);
  tell("looking at every file of the repository");
  const { records, damaged } = (await readDrillRecords(run, 20)) ?? { records: [], damaged: [] };
  for (const path of damaged) tell(damagedRecord(repository, path));
  // In this order: what is archived in the meantime is not missing.
  const last = await lastArchived();
  const archive = await readArchive(run);
  const { timelines } = archive;
  gaps.push(...archiveGaps(timelines, state.backups, last));
  faults.push(...archiveFaults(gaps, records.at(-1)?.gaps ?? []), ...(await verifyFaults(run)));
  const before = acceptRows ? {} : knownRows(records);
  const targets: ChosenTarget[] = [{ kind: "latest" }];
  const moment = randomMoment(recoveryRanges(state.backups, timelines), heartbeatAge);
  if (moment !== undefined) targets.push({ kind: "time", ...moment });
  for (const target of targets) {
    tell(`recovering ${target.kind === "time" ? nameOf(target) : "the latest state"}`);
    recoveries.push(await recoverOnce(target, state, archive, plan, before, signal));
  }
}

/** The rows of the last drill that counted them and missed none: what a drill has found missing stays missing. */
function knownRows(records: readonly DrillRecord[]): Readonly<Record<string, number>> {
  const sound = records.findLast(({ recoveries: [latest] }) => {
    if (latest === undefined || Object.keys(latest.rows).length === 0) return false;
    return !latest.faults.some((fault) => fault.includes(previousDrill));
  });
  return sound?.recoveries[0]?.rows ?? {};
}

async function readState(
  repository: number,
  signal: AbortSignal,
): Promise<{ state?: RepositoryState; faults: string[] }> {
  const run = await runPgBackRest([`--repo=${repository}`, "--output=json", "info"], signal);
  if (run.code !== 0) return { faults: [`the repository cannot be read: ${said(run)}`] };
  const [state] = readBackupList(run.output, [repository]);
  if (state === undefined || !state.exists) return { faults: ["the repository is empty"] };
  const faults = [
    ...(state.fault === undefined ? [] : [state.fault]),
    ...(state.backups.length === 0 ? ["there is no backup"] : []),
    ...state.backups
      .filter(({ faulty }) => faulty)
      .map(({ label }) => `backup ${label} has pages with wrong checksums`),
  ];
  return { state, faults };
}

type Run = (args: readonly string[]) => ReturnType<typeof runPgBackRest>;

/** The last segment that the server has archived by its own account; undefined if it does not answer. */
async function lastArchived(): Promise<string | undefined> {
  const server = { host: backupPaths.socket, port: 5432, user: "postgres", database: "postgres" };
  try {
    return await withClient(server, "drill", async (client) => {
      const { rows } = await client.query<{ name: string | null }>(
        "select last_archived_wal as name from pg_catalog.pg_stat_archiver",
      );
      const [, name] = /^([0-9A-F]{24})$/.exec(rows[0]?.name ?? "") ?? [];
      return name;
    });
  } catch {
    return undefined;
  }
}

/** pgBackRest's own look at each file. It ends with 0 also if some are damaged; only its text tells. */
async function verifyFaults(run: Run): Promise<string[]> {
  const { code, output, messages } = await run([
    "--output=text",
    "--verbose",
    "--log-level-console=info",
    "verify",
  ]);
  const text = `${output}\n${messages}`;
  if (code === 0 && !/status: error/.test(text)) return [];
  const named = text
    .split("\n")
    .filter(
      (line) => /invalid|missing|unable|ERROR/.test(line) && !/invalid: 0, .*other: 0/.test(line),
    )
    .map((line) => line.replace(/^.*?(INFO|WARN|ERROR): (\[\d+\]: )?/, "").trim());
  return [`damaged: ${[...new Set(named)].slice(0, 8).join(" / ") || text.trim()}`];
}

function nameOf(target: RecoveryTarget): string {
  return target.kind === "time" ? target.time.toISOString() : "latest";
}

/** What is recovered, and on which timeline. Default: the one that it is on. */
type ChosenTarget = RecoveryTarget & { timeline?: number };

async function recoverOnce(
  target: ChosenTarget,
  { backups }: RepositoryState,
  { timelines, segments }: Archive,
  plan: DrillPlan,
  before: Readonly<Record<string, number>>,
  signal: AbortSignal,
): Promise<DrillRecovery> {
  const began = Date.now();
  const moment = target.kind === "time" ? target.time.getTime() : began;
  let chosen: RecoveryPlan | undefined;
  const failed = (fault: string): DrillRecovery => ({
    ...{ target: nameOf(target), backup: chosen?.backup.label ?? "no backup" },
    ...{ faults: [fault], rows: {} },
    ...{ restoreSeconds: (Date.now() - began) / 1000, lossSeconds: null },
  });
  try {
    chosen = planRecovery(target, backups, timelines, target.timeline);
    const server = await startThrowawayServer(target, chosen, segments, signal);
    try {
      // Only the latest state must be as the program declares it: an earlier moment may be before a migration or an import.
      const { lastTransaction, rows, faults } =
        target.kind === "latest"
          ? await checkRecovered(server, plan, before, signal)
          : await checkMoment(server, plan, signal);
      // Nothing may have been committed since the backup, which has everything before it.
      const last = lastTransaction ?? chosen.backup.stop;
      const lossSeconds = (moment - last.getTime()) / 1000;
      // Before an earlier moment the server may have been down.
      if (target.kind === "latest" && lossSeconds > heartbeatAge) {
        faults.unshift(
          `the newest transaction is ${Math.round(lossSeconds)} s old, and there is one a minute: WAL is not archived, or the end of the archive is missing`,
        );
      }
      return {
        ...{ target: nameOf(target), backup: chosen.backup.label, rows, faults },
        ...{ restoreSeconds: server.seconds, lossSeconds },
      };
    } finally {
      await server.stop();
    }
  } catch (error) {
    if (error instanceof NotRecovered) return failed(error.message);
    if (signal.aborted) throw error;
    return failed(error instanceof Error ? error.message : String(error));
  }
}
