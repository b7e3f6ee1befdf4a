import { describeDrill, type DrillRecord } from "@hosterizer/postgres/backup/drill/drillRecord";
import { humanDuration } from "@hosterizer/postgres/humanNumbers";

/**
 * When a drill was, and what it has restored or found.
 *
 * @param now milliseconds since 1970
 */
export function drillFigures(drill: DrillRecord, now = Date.now()): string {
  const age = humanDuration((now - new Date(drill.time).getTime()) / 1000);
  return `${age} ago, ${describeDrill(drill)}`;
}
