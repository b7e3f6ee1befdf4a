import Table from "cli-table3";

import { median, row } from "../figures";

/** One of several ways to do the same. */
interface Way {
  name: string;
  run: () => Promise<unknown>;
  /** Removes what it has left. Takes no part in the time. */
  clear?: () => Promise<unknown>;
}

/** Figures by the name of each way, in the order of the rounds. */
type Figures = ReadonlyMap<string, readonly number[]>;

/** How long each way took, and for how long it computed, in seconds. */
export interface Turns {
  seconds: Figures;
  /** Empty where it is unknown. */
  computing: Figures;
}

/**
 * Runs all ways in each round, every other round in reverse: whatever else the machine does meets all of them.
 *
 * @param computed seconds that the programs of all ways have computed so far
 */
export async function inTurns(
  ways: readonly Way[],
  rounds: number,
  computed?: () => Promise<number>,
): Promise<Turns> {
  const none = () => new Map(ways.map(({ name }): [string, number[]] => [name, []]));
  const turns = { seconds: none(), computing: none() };
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    for (const { name, run, clear } of round % 2 === 0 ? ways.toReversed() : ways) {
      const before = await computed?.();
      const start = performance.now();
      await run();
      turns.seconds.get(name)?.push((performance.now() - start) / 1000);
      const after = await computed?.();
      if (before !== undefined && after !== undefined)
        turns.computing.get(name)?.push(after - before);
      await clear?.();
    }
  }
  return turns;
}

/** The median of the ratios of two ways, each of one round. */
export function ratio(figures: Figures, one: string, other: string): number {
  const others = figures.get(other) ?? [];
  return median((figures.get(one) ?? []).map((figure, round) => figure / (others[round] ?? NaN)));
}

/** The smallest, the middle and the largest figure of each way. */
export function renderTurns({ seconds, computing }: Turns): string {
  const head = ["seconds", "minimum", "median", "maximum"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const [name, figures] of seconds) table.push(row(name, figures, 2));
  for (const [name, figures] of computing)
    if (figures.length > 0) table.push(row(`${name}: computing`, figures, 2));
  return table.toString();
}
