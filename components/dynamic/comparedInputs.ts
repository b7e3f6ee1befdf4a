import { appliedOnly } from "@hosterizer/postgres/convergence/difference";

/**
 * The inputs that a resource's `check` compares the live database with: those that the program declares, or, where it is
 * asked what was changed by hand, those that the last update has applied. A promotion has to tell one from the other.
 *
 * @param olds inputs as the state has them; empty for a resource that is not there yet
 */
export function comparedInputs<T extends object>(olds: Partial<T>, news: T): T {
  const { HOSTERIZER_DRIFT_AGAINST: wanted } = process.env;
  const isNew = Object.keys(olds).length === 0;
  if (wanted !== appliedOnly.HOSTERIZER_DRIFT_AGAINST || isNew) return news;
  // Who looks is no part of it: the login of an earlier update may be gone, or have had more rights than it needs.
  const applied = { ...news, ...olds, ...connectionsOf(news) };
  // The migrations that have come since are no drift: the schema was to be at this version.
  return "version" in olds ? { ...applied, target: olds.version } : applied;
}

function connectionsOf(inputs: object): object {
  const names = ["connection", "deployer", "migrator"];
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => names.includes(name)));
}
