import * as pulumi from "@pulumi/pulumi";

import { hideDeclarations } from "./hidden";

/**
 * A dynamic resource whose provider's code is loaded when it is called.
 *
 * `pulumi.dynamic.Resource` writes a provider's code into the state, and loads TypeScript's compiler to find out what belongs
 * to it. This one writes a line that names a module of this folder instead: the state stays small, a preview is done in
 * half the time, and today's code runs on resources of every age. The module, `<type>Provider.ts`, exports the methods of a
 * `pulumi.dynamic.ResourceProvider`; its name stays, because states of every age hold it.
 */
export class LateResource extends pulumi.CustomResource {
  constructor(
    type: string,
    name: string,
    args: pulumi.Inputs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    const module = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
    // Pulumi calls the text's `handler` for the provider, in the project folder.
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
 * Whether `check` tells Pulumi openly what it has found: in a preview alone, because what an update is told stays in the
 * state. Where a plan is made, by Pulumi's experimental update plans, preview and update have to be told the same.
 */
function showsFindings(): boolean {
  const { PULUMI_EXPERIMENTAL: experimental = "" } = process.env;
  return pulumi.runtime.isDryRun() && ["", "0", "false"].includes(experimental);
}
