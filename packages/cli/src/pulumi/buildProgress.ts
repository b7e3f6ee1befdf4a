import { Presets, SingleBar } from "cli-progress";

/** What a build reports, and what is shown of it. */
export interface BuildProgress {
  /** A line that Go printed while it collected the sources. */
  fetched: (line: string) => void;
  /** The sources are there; so many packages must be compiled. */
  start: (packages: number) => void;
  /** A line that Go printed while it compiled. */
  compiled: (line: string) => void;
  stop: () => void;
}

/** A bar with the time that has passed, on a terminal; a line every ten seconds elsewhere. On stderr. */
export function buildProgress(): BuildProgress {
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: "  {bar} {percentage} % | {duration_formatted} | {step}",
      barsize: 24,
      fps: 4,
      noTTYOutput: true,
      notTTYSchedule: 10_000,
      gracefulExit: false,
    },
    Presets.rect,
  );
  let sources = 0;
  let total = 1;
  let done = 0;
  bar.start(total, 0, { step: "reading the module" });
  return {
    fetched: (line) => {
      const module = /^go: downloading (\S+)/.exec(line)?.[1];
      if (module !== undefined) bar.update({ step: `fetching module ${++sources}: ${module}` });
    },
    start: (packages) => {
      // The last step, linking, counts as a package.
      total = packages + 1;
      bar.setTotal(total);
    },
    compiled: (line) => {
      if (!/^[\w.\-/~]+$/.test(line)) return;
      done = Math.min(done + 1, total - 1);
      const step = done === total - 1 ? "linking" : `compiling ${done} of ${total - 1}: ${line}`;
      bar.update(done, { step });
    },
    stop: () => {
      bar.stop();
    },
  };
}
