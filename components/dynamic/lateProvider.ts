import type * as pulumi from "@pulumi/pulumi";

/**
 * A dynamic provider whose methods load their code when they are called.
 *
 * Pulumi writes a provider's code into the state. This one writes the path of a module instead, relative to the project
 * folder: the state stays small, and today's code runs on resources of every age. The module exports the methods.
 */
export function lateProvider(path: string): pulumi.dynamic.ResourceProvider {
  // Everything that these functions mention is written into the state with them, so they mention no import.
  const load = (): Required<pulumi.dynamic.ResourceProvider> => {
    /* eslint-disable @typescript-eslint/no-require-imports -- only a call of require can wait until it is needed */
    require("tsx/cjs");
    return require(`${process.cwd()}/${path}`) as Required<pulumi.dynamic.ResourceProvider>;
    /* eslint-enable @typescript-eslint/no-require-imports */
  };
  return {
    check: (olds, news) => load().check(olds, news),
    diff: (id, olds, news) => load().diff(id, olds, news),
    create: (inputs) => load().create(inputs),
    update: (id, olds, news) => load().update(id, olds, news),
    delete: (id, props) => load().delete(id, props),
  };
}
