import { createRequire } from "node:module";

import type { dynamic } from "@pulumi/pulumi";

import { comparedInputs } from "./comparedInputs";

/** For so long nobody has asked for a provider: a refresh is over, and the program is still starting. In milliseconds. */
const pause = 100;

const loadModule = createRequire(__filename);
const waiting: (() => void)[] = [];
let timer: NodeJS.Timeout | undefined;

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
    check: (olds: object, news: object) => load().check(olds, comparedInputs(olds, news)),
    diff: (id, olds, news) => load().diff(id, olds, news),
    create: (inputs) => load().create(inputs),
    update: (id, olds, news) => load().update(id, olds, news),
    delete: (id, props) => load().delete(id, props),
  };
}

/** One at a time, so that a request in between is answered. */
function loadNext(): void {
  waiting.shift()?.();
  if (waiting.length > 0) timer = setTimeout(loadNext).unref();
}
