import {
  allFaults,
  type DrillRecord,
  isSound,
} from "@hosterizer/postgres/backup/drill/drillRecord";
import { humanDuration } from "../screen/numbers";

/**
 * When a drill was, what it has restored, in which time (RTO) and with which loss (RPO), or what is wrong.
 *
 * @param now milliseconds since 1970
 */
export function drillFigures(drill: DrillRecord, now = Date.now()): string {
  const age = humanDuration((now - new Date(drill.time).getTime()) / 1000);
  if (!isSound(drill)) return `${age} ago, failed: ${allFaults(drill).join("; ")}`;
  const used = [...new Set(drill.recoveries.map(({ backup }) => backup))].join(" and ");
  const longest = Math.max(...drill.recoveries.map(({ restoreSeconds }) => restoreSeconds ?? 0));
  const inTime = longest > 0 ? ` in ${humanDuration(longest)}` : "";
  // A drill recovers an earlier moment, too, before which the server may have been down.
  const loss = drill.recoveries[0]?.lossSeconds ?? null;
  const lost = loss === null ? "" : `; ${humanDuration(Math.max(0, loss))} would have been lost`;
  return `${age} ago, restored ${used}${inTime}${lost}`;
}
