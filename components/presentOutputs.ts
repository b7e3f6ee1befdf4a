import * as pulumi from "@pulumi/pulumi";

import { valueOf } from "./valueOf";

/**
 * What a stack tells of itself, without what is not there yet: an update of some resources alone, as of a server that is
 * brought up first, makes no passwords and no schema.
 */
export async function presentOutputs(
  outputs: Readonly<Record<string, pulumi.Input<unknown>>>,
): Promise<Readonly<Record<string, pulumi.Input<unknown>>>> {
  if (pulumi.runtime.isDryRun()) return outputs;
  const entries = Object.entries(outputs);
  const values = await Promise.all(entries.map(([, output]) => valueOf(pulumi.output(output))));
  return Object.fromEntries(entries.filter((_, index) => values[index] !== undefined));
}
