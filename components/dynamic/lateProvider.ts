import { createRequire } from "node:module";

import type { dynamic } from "@pulumi/pulumi";

import { appliedOnly } from "@hosterizer/postgres/convergence/difference";
import { printable } from "@hosterizer/postgres/printable";
import {
  hideDeclarations,
  type Properties,
  revealDeclarations,
  revealFindings,
  withFindings,
  withoutFindings,
} from "./storedProperties";

/** How long no provider has been requested once a refresh is over and the program is still starting, in milliseconds. */
const pause = 100;

/** A provider of any type: Pulumi's properties have none. */
type LoadedProvider = Required<Omit<dynamic.ResourceProvider, "configure" | "read">>;

const loadModule = createRequire(__filename);
const waiting: (() => void)[] = [];
let timer: NodeJS.Timeout | undefined;

/** Findings of this process, as JSON. A refresh asks for the `diff` of what an earlier process found, which no longer holds. */
const foundHere = new Set<string>();

/**
 * A provider whose code is loaded when one of its methods is called, or when this process is idle.
 *
 * Pulumi requests the provider of each resource that it refreshes, in the order of their dependencies, and calls none of its
 * methods: loading the code at once would delay everything else.
 *
 * States hold the name of this function and of this file, so neither may change.
 *
 * @param type names the module, `<type>Provider.ts` in this folder, which exports `provider`
 */
export function lateProvider(type: string): dynamic.ResourceProvider {
  const load = () => (loadModule(`./${type}Provider.ts`) as { provider: LoadedProvider }).provider;
  waiting.push(load);
  clearTimeout(timer);
  timer = setTimeout(loadNext, pause).unref();
  return {
    check: (olds: Properties, news: Properties) => shown(() => checkWith(load(), olds, news)),
    diff: (id, olds: Properties, news: Properties) => {
      const holds = (lines: unknown) => foundHere.has(JSON.stringify(lines));
      const found = revealFindings(revealDeclarations(news), holds);
      return shown(() => load().diff(id, revealDeclarations(olds), found));
    },
    create: async (inputs: Properties) => {
      const declared = withoutFindings(revealDeclarations(inputs));
      const made = await shown(() => load().create(declared));
      return { ...made, outs: hideDeclarations(made.outs as Properties) };
    },
    update: async (id, olds: Properties, news: Properties) => {
      const declared = withoutFindings(revealDeclarations(news));
      const made = await shown(() => load().update(id, revealDeclarations(olds), declared));
      return { outs: hideDeclarations(made.outs as Properties) };
    },
    delete: (id, outputs: Properties) =>
      shown(() => load().delete(id, revealDeclarations(outputs))),
  };
}

/** Pulumi shows the message of an error as it is, and PostgreSQL's quote names and values. */
async function shown<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error) {
      error.message = printable(error.message);
      if (error.stack !== undefined) error.stack = printable(error.stack);
    }
    throw error;
  }
}

async function checkWith(
  { check }: LoadedProvider,
  olds: Properties,
  news: Properties,
): Promise<dynamic.CheckResult> {
  const { __showsFindings: isShown, ...declared } = revealDeclarations(news);
  const applied = withoutFindings(revealDeclarations(olds));
  const checked = await check(applied, comparedInputs(applied, declared));
  const { inputs = {}, ...failed } = checked as dynamic.CheckResult<Record<string, unknown>>;
  const { drift, pending } = inputs;
  for (const lines of [drift, pending]) foundHere.add(JSON.stringify(lines));
  return { inputs: hideDeclarations(withFindings(inputs, isShown === true)), ...failed };
}

/**
 * The inputs that `check` compares the live database with: those that the program declares, or, where the environment asks what
 * has changed since the last update, those of that update. A promotion has to tell one from the other.
 *
 * @param olds the inputs in the state; empty for a new resource
 */
export function comparedInputs<T extends object>(olds: Partial<T>, news: T): T {
  const { HOSTERIZER_DRIFT_AGAINST: wanted } = process.env;
  const isNew = Object.keys(olds).length === 0;
  if (wanted !== appliedOnly.HOSTERIZER_DRIFT_AGAINST || isNew) return news;
  // Today's connections: an earlier update's login may be gone, or have had more rights than it needs.
  const applied = { ...news, ...olds, ...connectionsOf(news) };
  // Migrations that were added since are not drift: the schema is compared at the version of that update.
  return "version" in olds ? { ...applied, target: olds.version } : applied;
}

function connectionsOf(inputs: object): object {
  const names = ["connection", "deployer", "migrator"];
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => names.includes(name)));
}

/** Loads one at a time, so that a request in between is answered. */
function loadNext(): void {
  waiting.shift()?.();
  if (waiting.length > 0) timer = setTimeout(loadNext).unref();
}
