import { Cron } from "croner";

/** What is wrong with a schedule, to be read after its text; undefined if it has a next time. */
export function scheduleFault(expression: string): string | undefined {
  if (expression.trim().split(/\s+/).length !== 5)
    return "is not a cron expression: minute, hour, day, month and weekday, such as 17 2 * * *";
  try {
    return nextTime(expression, new Date()) === undefined ? "never comes" : undefined;
  } catch (error) {
    return `is not a cron expression: ${(error as Error).message}`;
  }
}

/**
 * The first time of a schedule after another time; undefined if there is none.
 *
 * @param expression five fields of cron, in UTC. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/crontab.html
 */
export function nextTime(expression: string, after: Date): Date | undefined {
  return new Cron(expression, { timezone: "UTC", paused: true }).nextRun(after) ?? undefined;
}

/** Clocks may differ by so much, in milliseconds. */
const clockToleranceMs = 60_000;

/** Whether a moment that has been recorded is still to come: a clock was ahead, and when it really was is unknown. */
export function isAhead(moment: Date, now: Date | number = Date.now()): boolean {
  return moment.getTime() - Number(now) > clockToleranceMs;
}
