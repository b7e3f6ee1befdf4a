import { createRequire } from "node:module";

import type { dynamic } from "@pulumi/pulumi";

import { comparedInputs } from "./comparedInputs";
import { hideDeclarations, readDeclarations } from "./hidden";
import { readFindings, withFindings, withoutFindings } from "./findings";

/** For so long nobody has asked for a provider: a refresh is over, and the program is still starting. In milliseconds. */
const pause = 100;

type Properties = Record<string, unknown>;

const loadModule = createRequire(__filename);
const waiting: (() => void)[] = [];
let timer: NodeJS.Timeout | undefined;

/** What this process has found, as JSON. A refresh asks for the `diff` of what an earlier one has found: that is over. */
const foundHere = new Set<string>();

/**
 * A provider whose code is loaded when one of its methods is called, or when this process has nothing else to do.
 *
 * Pulumi asks for the provider of each resource that it refreshes, in the order of their dependencies, and calls none of
 * its methods: loading the code there would keep everything else waiting.
 *
 * @param type Names the module: `<type>Provider.ts` of this folder, which exports all of these methods.
 */
export function lateProvider(type: string): dynamic.ResourceProvider {
  const load = () => loadModule(`./${type}Provider.ts`) as Required<dynamic.ResourceProvider>;
  waiting.push(load);
  clearTimeout(timer);
  timer = setTimeout(loadNext, pause).unref();
  return {
    check: (olds: Properties, news: Properties) => checkWith(load(), olds, news),
    diff: (id, olds: Properties, news: Properties) => {
      const isPresent = (lines: unknown) => foundHere.has(JSON.stringify(lines));
      const found = readFindings(readDeclarations(news), isPresent);
      return load().diff(id, readDeclarations(olds), found);
    },
    create: async (inputs: Properties) => {
      const made = await load().create(withoutFindings(readDeclarations(inputs)));
      return { ...made, outs: hideDeclarations(made.outs as Properties) };
    },
    update: async (id, olds: Properties, news: Properties) => {
      const declared = withoutFindings(readDeclarations(news));
      const made = await load().update(id, readDeclarations(olds), declared);
      return { outs: hideDeclarations(made.outs as Properties) };
    },
    delete: (id, props: Properties) => load().delete(id, readDeclarations(props)),
  };
}

async function checkWith(
  { check }: Required<dynamic.ResourceProvider>,
  olds: Properties,
  news: Properties,
): Promise<dynamic.CheckResult> {
  const { __showsFindings: isShown, ...declared } = readDeclarations(news);
  const applied = withoutFindings(readDeclarations(olds));
  const checked = await check(applied, comparedInputs(applied, declared));
  const { inputs = {}, ...failed } = checked as dynamic.CheckResult<Properties>;
  const { drift, pending } = inputs;
  for (const lines of [drift, pending]) foundHere.add(JSON.stringify(lines));
  return { inputs: hideDeclarations(withFindings(inputs, isShown === true)), ...failed };
}

/** One at a time, so that a request in between is answered. */
function loadNext(): void {
  waiting.shift()?.();
  if (waiting.length > 0) timer = setTimeout(loadNext).unref();
}
