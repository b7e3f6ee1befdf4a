import * as pulumi from "@pulumi/pulumi";

import { hideDeclarations } from "./storedProperties";

/** The arguments of a resource whose provider gets `T`: each may be an output of another resource. */
export type Inputs<T> = { [K in keyof T]: pulumi.Input<T[K]> };

/**
 * A dynamic resource whose provider's code is loaded when it is called.
 *
 * `pulumi.dynamic.Resource` writes a provider's code into the state, and loads the TypeScript compiler to find what that code
 * needs. This one writes a line that names a module of this folder instead: the state stays small, a preview takes half the
 * time, and a resource of any age runs today's code. The module, `<type>Provider.ts`, exports a `provider`. States hold its name
 * and that of `lateProvider.ts`, so neither may change.
 */
export class LazyResource extends pulumi.CustomResource {
  constructor(
    type: string,
    name: string,
    args: pulumi.Inputs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    const module = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
    // Pulumi evaluates this text in the project folder, and its `handler` returns the provider.
    const provider =
      'exports.handler = () => (require("tsx/cjs"), ' +
      `require(process.cwd() + "/components/dynamic/lateProvider.ts").lateProvider(${JSON.stringify(module)}));`;
    super(
      `pulumi-nodejs:dynamic/hosterizer:${type}`,
      name,
      { ...hideDeclarations(args), __provider: provider, __showsFindings: showsFindings() },
      opts,
    );
  }
}

/**
 * Whether `check` shows Pulumi its findings: in a preview only, because an update stores them in the state. With Pulumi's
 * experimental update plans, preview and update must get the same inputs.
 */
function showsFindings(): boolean {
  const { PULUMI_EXPERIMENTAL: experimental = "" } = process.env;
  return pulumi.runtime.isDryRun() && ["", "0", "false"].includes(experimental);
}
