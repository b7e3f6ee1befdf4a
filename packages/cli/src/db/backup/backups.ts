import type { Command } from "commander";
import type Dockerode from "dockerode";

import type { Backup, RepositoryState } from "@hosterizer/postgres/backup/pgbackrest/backupList";
import { type DrillRecord, isSound } from "@hosterizer/postgres/backup/drill/drillRecord";
import { readDrillRecords } from "@hosterizer/postgres/backup/drill/drillRecords";
import {
  type ArchiveGap,
  archiveGaps,
  lostMoments,
} from "@hosterizer/postgres/backup/pgbackrest/archiveGaps";
import { damagedRecord } from "@hosterizer/postgres/backup/pgbackrest/ownRecords";
import {
  type RecoveryRange,
  recoveryRanges,
  type RestorePoint,
  written,
} from "@hosterizer/postgres/backup/pgbackrest/recoveryTarget";
import { humanBytes, humanDuration } from "@hosterizer/postgres/humanNumbers";
import { operatorCommand } from "../operatorCommand";
import { drillFigures } from "./drillFigures";
import { renderColumns } from "../screen/renderColumns";
import { type Paint, paintOutput, width } from "../screen/terminal";
import {
  backupContainer,
  declaredBackups,
  inRepository,
  readRecoverableTimelines,
  readRepositories,
} from "./backupContainer";
import { readRestorePoints } from "./restorePoints";
import { print, say } from "../../terminal";

/** What `npm run db -- backups` shows of a repository. `--json` prints it as it is. */
export interface ListedRepository {
  repository: number;
  /** What people call it. */
  place: string;
  fault: string | null;
  backups: readonly Backup[];
  ranges: readonly RecoveryRange[];
  /** What the archive lacks. */
  gaps: readonly ArchiveGap[];
  restorePoints: readonly RestorePoint[];
  /** The last one; null: there was none. */
  drill: DrillRecord | null;
}

/** `npm run db -- backups`: what can be recovered. See docs/back-up.md. */
export function backups(): Command {
  return operatorCommand({
    name: "backups",
    summary: "List the base backups, and the moments that can be recovered",
    examples: [
      ["npm run db -- backups --stack dev", "each repository"],
      ["npm run db -- backups --stack dev --json", "for a script"],
    ],
  })
    .option("--json", "print it as JSON")
    .action(async ({ stack, json }: { stack: string; json?: true }) => {
      const declared = await declaredBackups(stack);
      const container = await backupContainer(declared);
      const states = await readRepositories(container, declared.repositories);
      const listed: ListedRepository[] = [];
      for (const state of states) listed.push(await readListed(container, state, declared.places));

      const style = paintOutput();
      const text = json
        ? `${JSON.stringify(listed, null, 2)}\n`
        : [
            ...listed.map((repository) => renderRepository(repository, style, width())),
            ...(declared.warning === undefined ? [] : [`${style.warning(declared.warning)}\n`]),
          ].join("\n");
      print(text);
    });
}

async function readListed(
  container: Dockerode.Container,
  { repository, fault, exists, backups }: RepositoryState,
  places: ReadonlyMap<number, string>,
): Promise<ListedRepository> {
  const place = places.get(repository) ?? "";
  if (fault !== undefined) {
    const unknown = { ranges: [], gaps: [], restorePoints: [], drill: null };
    return { repository, place, fault, backups, ...unknown };
  }
  const timelines = exists ? await readRecoverableTimelines(container, repository) : [];
  const drills = await readDrillRecords(inRepository(container, repository));
  for (const path of drills?.damaged ?? []) say(damagedRecord(repository, path));
  return {
    ...{ repository, place, fault: null },
    backups,
    ranges: recoveryRanges(backups, timelines),
    gaps: archiveGaps(timelines, backups),
    restorePoints: await readRestorePoints(container, repository),
    drill: drills?.records.at(-1) ?? null,
  };
}

/** A repository's backups, newest last, the ranges that can be recovered, and the restore points. */
export function renderRepository(
  { repository, place, fault, backups, ranges, gaps, restorePoints, drill }: ListedRepository,
  style: Paint,
  width: number,
  now = Date.now(),
): string {
  const age = (moment: Date) => humanDuration((now - moment.getTime()) / 1000);
  const title = style.title(`Repository ${repository}: ${place}`);
  if (fault !== null) return `${title}\n  ${style.failure(fault)}\n`;
  if (backups.length === 0) return `${title}\n  It has no backup yet.\n`;
  const right = { align: "right" } as const;
  const columns = [
    { title: "Backup" },
    { title: "Type" },
    { title: "Age", ...right },
    { title: "Database", ...right },
    { title: "Added", ...right },
  ];
  const rows = backups.map(({ label, type, stop, size, added, faulty }) => [
    label,
    faulty ? style.failure(`${type}, pages are damaged`) : type,
    age(stop),
    humanBytes(size),
    humanBytes(added),
  ]);
  const timelines = new Set(ranges.map(({ timeline }) => timeline));
  const parts = [
    title,
    renderColumns(columns, rows, width, (text) => style.label(text)),
    style.title("Any moment of"),
    ...ranges.map(
      ({ timeline, from, until }) =>
        `  ${written(from)} to ${written(until)}${timelines.size > 1 ? `, timeline ${timeline}` : ""}`,
    ),
  ];
  if (gaps.length > 0) {
    parts.push(
      style.title("Lost, because WAL is missing"),
      ...gaps.map((gap) => style.warning(`  ${lostMoments(gap)}`)),
    );
  }
  if (restorePoints.length > 0) {
    parts.push(
      style.title("Restore points"),
      ...restorePoints.map(
        ({ name, time, unconfirmed }) =>
          `  ${name}, of ${time}${unconfirmed === true ? ", not confirmed: the WAL may lack it" : ""}`,
      ),
    );
  }
  parts.push(style.title("Last drill"), `  ${renderLastDrill(drill, style, now)}`);
  return `${parts.join("\n")}\n`;
}

/** Whether and when a drill has proven that a repository restores. */
function renderLastDrill(drill: DrillRecord | null, style: Paint, now: number): string {
  if (drill === null) return style.warning("none yet: nothing proves that this restores");
  const text = drillFigures(drill, now);
  return isSound(drill) ? style.success(text) : style.failure(text);
}
